package dev.holdfast.store.pbs.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;

/** HTTP/2 side of an upgraded connection, with a real server's settings (protocol.md §8.2). */
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Side {
    private static final int WINDOW_BYTES = 32 << 20;

    private Http2Side() {}

    static void install(ChannelHandlerContext ctx, TestServer server, ServerSession session) {
        Http2FrameCodec codec =
                Http2FrameCodecBuilder.forServer()
                        .initialSettings(
                                new Http2Settings()
                                        .maxConcurrentStreams(200)
                                        .initialWindowSize(WINDOW_BYTES)
                                        .maxFrameSize(4 << 20)
                                        .maxHeaderListSize(16384))
                        .build();
        ctx.pipeline()
                .addLast(
                        codec,
                        new Http2MultiplexHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Stream(server, session));
                                    }
                                }),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelInactive(ChannelHandlerContext c) {
                                new Thread(session::ended).start();
                            }

                            @Override
                            public void exceptionCaught(ChannelHandlerContext c, Throwable cause) {
                                c.close();
                            }
                        });
        try {
            codec.connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(
                            codec.connection().connectionStream(), WINDOW_BYTES - 65535);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        ctx.flush();
    }

    /** One request. */
    private static final class Stream extends ChannelInboundHandlerAdapter {
        private final TestServer server;
        private final ServerSession session;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private Http2Headers headers = new DefaultHttp2Headers();

        Stream(TestServer server, ServerSession session) {
            this.server = server;
            this.session = session;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) throws Exception {
            boolean last = false;
            if (frame instanceof Http2HeadersFrame head) {
                headers = head.headers();
                last = head.isEndStream();
            } else if (frame instanceof Http2DataFrame data) {
                ByteBuf content = data.content();
                content.readBytes(body, content.readableBytes());
                last = data.isEndStream();
            }
            ReferenceCountUtil.release(frame);
            if (last) {
                server.workers().execute(() -> answer(ctx));
            }
        }

        private void answer(ChannelHandlerContext ctx) {
            String method = headers.method().toString();
            String uri = headers.path().toString();
            String path = uri.replaceFirst("\\?.*", "");
            Fault fault = server.fault(method, path);
            if (fault instanceof Fault.Drop) {
                ctx.channel().parent().close();
                return;
            }
            if (fault instanceof Fault.Never) {
                return;
            }
            Reply reply = reply(fault, method, uri, path);
            if (fault instanceof Fault.DropAnswer) {
                ctx.channel().parent().close();
                return;
            }
            if (fault instanceof Fault.GoAway) {
                ctx.channel()
                        .parent()
                        .writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            }
            byte[] content = reply.body().clone();
            if (fault instanceof Fault.Corrupt) {
                content[content.length - 1] ^= 0x10;
            }
            ctx.write(
                    new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers()
                                    .status(Integer.toString(reply.status()))
                                    .set("content-type", reply.contentType())));
            if (fault instanceof Fault.BreakOff || fault instanceof Fault.Stall) {
                ctx.writeAndFlush(
                        new DefaultHttp2DataFrame(
                                Unpooled.wrappedBuffer(content, 0, content.length / 2)));
                if (fault instanceof Fault.BreakOff) {
                    ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
                }
            } else {
                ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(content), true));
            }
        }

        private Reply reply(Fault fault, String method, String uri, String path) {
            try {
                if (fault instanceof Fault.Slow slow) {
                    Thread.sleep(slow.delay().toMillis());
                }
                if (fault instanceof Fault.Refuse refuse) {
                    throw new Failure(refuse.status(), refuse.text());
                }
                CharSequence contentType = headers.get("content-type");
                return session.handle(
                        new Request(
                                method,
                                uri,
                                contentType == null ? "" : contentType.toString(),
                                body.toByteArray(),
                                session.isUpload(path)));
            } catch (Failure e) {
                return Reply.failure(e);
            } catch (IllegalArgumentException e) {
                return Reply.failure(new Failure(400, String.valueOf(e.getMessage())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Reply.failure(new Failure(500, "stopped"));
            }
        }
    }
}
