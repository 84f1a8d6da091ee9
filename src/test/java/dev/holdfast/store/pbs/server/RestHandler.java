package dev.holdfast.store.pbs.server;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.util.HashMap;
import java.util.Map;

/** HTTP/1.1 side of a connection: REST calls, and upgrades. */
@SuppressWarnings("FutureReturnValueIgnored")
final class RestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final String BASE = "/api2/json";
    private static final int MAX_URI_CHARS = 3072;

    private final TestServer server;

    RestHandler(TestServer server) {
        this.server = server;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
        String method = message.method().name();
        String uri = message.uri();
        String contentType = message.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        byte[] body = ByteBufUtil.getBytes(message.content());
        Map<String, String> headers = new HashMap<>();
        message.headers()
                .forEach(
                        h ->
                                headers.put(
                                        h.getKey().toLowerCase(java.util.Locale.ROOT),
                                        h.getValue()));
        server.workers().execute(() -> answer(ctx, method, uri, contentType, body, headers));
    }

    private void answer(
            ChannelHandlerContext ctx,
            String method,
            String uri,
            String contentType,
            byte[] body,
            Map<String, String> headers) {
        String path = uri.replaceFirst("\\?.*", "");
        Fault fault = server.fault(method, path);
        if (fault instanceof Fault.Drop) {
            ctx.close();
            return;
        }
        if (fault instanceof Fault.Never) {
            return;
        }
        Reply reply;
        try {
            if (fault instanceof Fault.Refuse refuse) {
                throw new Failure(refuse.status(), refuse.text());
            }
            if (uri.length() > MAX_URI_CHARS) {
                throw new Failure(414, "");
            }
            if (!path.startsWith(BASE)) {
                throw new Failure(404, "Path '" + path + "' not found.");
            }
            Request request =
                    new Request(
                            method,
                            uri.substring(BASE.length()),
                            contentType,
                            body,
                            path.endsWith("/upload-backup-log"));
            String upgrade = headers.getOrDefault("upgrade", "");
            if (request.path.equals("/backup") || request.path.equals("/reader")) {
                ServerSession session = server.sessions().open(request, headers, upgrade);
                ctx.executor().execute(() -> upgrade(ctx, session, upgrade));
                return;
            }
            reply = server.api().handle(request, headers);
        } catch (Failure e) {
            reply = Reply.failure(e);
        } catch (IllegalArgumentException e) {
            reply = Reply.failure(new Failure(400, String.valueOf(e.getMessage())));
        }
        if (fault instanceof Fault.DropAnswer) {
            ctx.close();
            return;
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(reply.status()),
                        Unpooled.wrappedBuffer(reply.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
        if (fault instanceof Fault.BreakOff || fault instanceof Fault.Stall) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length + 100);
            ChannelFuture written = ctx.writeAndFlush(response);
            if (fault instanceof Fault.BreakOff) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        } else {
            ctx.writeAndFlush(response);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A client that does not like the certificate, or is gone.
        ctx.close();
    }

    /** The server's settings go out together with the {@code 101}. */
    private void upgrade(ChannelHandlerContext ctx, ServerSession session, String protocol) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers().set("connection", "upgrade").set("upgrade", protocol);
        ctx.write(response);
        ctx.pipeline().remove(HttpObjectAggregator.class);
        ctx.pipeline().remove(HttpServerCodec.class);
        Http2Side.install(ctx, server, session);
        ctx.pipeline().remove(this);
    }
}
