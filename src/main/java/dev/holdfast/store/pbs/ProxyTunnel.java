package dev.holdfast.store.pbs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Asks a proxy for the connection to the server, and gets out of the way once it stands. */
// How writing and closing went is seen by the handlers; the futures of Netty add nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyTunnel extends ByteToMessageDecoder {
    private static final int MAX_HEAD_BYTES = 16 << 10;
    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpProxy proxy;
    private final String authority;
    private final Runnable stands;
    private final Consumer<IOException> failed;

    /**
     * For a connection that is about to be made to {@code proxy}.
     *
     * @param stands adds what talks to the server
     */
    ProxyTunnel(HttpProxy proxy, String authority, Runnable stands, Consumer<IOException> failed) {
        this.proxy = proxy;
        this.authority = authority;
        this.stands = stands;
        this.failed = failed;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(proxy.request(authority)));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int headBytes = in.readableBytes();
        String head = in.toString(in.readerIndex(), headBytes, StandardCharsets.ISO_8859_1);
        int end = head.indexOf(new String(END, StandardCharsets.US_ASCII));
        if (end < 0) {
            if (headBytes > MAX_HEAD_BYTES) {
                fail(ctx, "its answer is no HTTP");
            }
            return;
        }
        String status = head.lines().findFirst().orElse("");
        in.skipBytes(end + END.length);
        if (!status.matches("HTTP/1\\.[01] 200( .*)?")) {
            fail(ctx, status);
            return;
        }
        stands.run();
        // Hands on what may have come after the head.
        ctx.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext ctx, String why) {
        failed.accept(new IOException("the proxy " + proxy + " refuses to connect: " + why));
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed.accept(new IOException("the proxy " + proxy + " closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed.accept(new IOException("the proxy " + proxy, cause));
        ctx.close();
    }
}
