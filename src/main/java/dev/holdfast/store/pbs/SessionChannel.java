package dev.holdfast.store.pbs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.WeightedFairQueueByteDistributor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests and answers over an upgraded connection (protocol.md §8.2). Any number of requests may
 * be under way; answers come in any order. Requests are numbered from stream 1 on, since the
 * upgrade does not take that number. When the connection ends, every request under way fails with
 * the same {@link IOException}; one that makes no progress for too long fails alone, with a {@link
 * TimeoutException}. Thread-safe; all state belongs to the channel's event loop.
 */
// How writing and closing went is seen by the handlers; the futures of Netty add nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class SessionChannel implements AutoCloseable {
    /** Room for a few of the largest chunks; the credit is returned as data arrives. */
    private static final int WINDOW_BYTES = 32 << 20;

    /** A frame is collected before it is handed on, so larger ones would only cost memory. */
    private static final int MAX_FRAME_BYTES = 256 << 10;

    /** Bodies go out in large frames: servers may take floods of small ones for an attack. */
    private static final int WRITE_QUANTUM_BYTES = 1 << 20;

    private static final int MAX_LOST_PINGS = 2;

    /** A ping, a window's update or a reset. */
    private static final int MAX_PROBE_BYTES = 17;

    private final Duration silence;
    private final Duration stall;
    private final Map<Integer, Exchange> underWay = new HashMap<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Http2Connection connection = new DefaultHttp2Connection(false);
    private final Http2ConnectionHandler http2;
    private Channel channel;
    private ChannelHandlerContext context;
    private int nextStream = 1;
    private Throwable endedBy = new IOException("the server closed the connection");
    private volatile boolean goingAway;
    private boolean ended;
    private long lastReceivedNanos;
    private long lastSentNanos = System.nanoTime();
    private int unansweredPings;

    /**
     * Becomes usable once {@link #install} has been called.
     *
     * @param silence after which the server is probed
     * @param stall how long a request may go without progress: nothing of it sent, nothing received
     */
    SessionChannel(Duration silence, Duration stall) {
        this.silence = silence;
        this.stall = stall;
        WeightedFairQueueByteDistributor distributor =
                new WeightedFairQueueByteDistributor(connection);
        distributor.allocationQuantum(WRITE_QUANTUM_BYTES);
        connection
                .remote()
                .flowController(new DefaultHttp2RemoteFlowController(connection, distributor));
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        http2 =
                new Http2ConnectionHandlerBuilder()
                        .connection(connection)
                        .frameListener(new Frames())
                        .encoderEnforceMaxConcurrentStreams(true)
                        .gracefulShutdownTimeoutMillis(0)
                        .initialSettings(
                                Http2Settings.defaultSettings()
                                        .pushEnabled(false)
                                        .initialWindowSize(WINDOW_BYTES)
                                        .maxFrameSize(MAX_FRAME_BYTES))
                        .build();
    }

    /** Takes over a connection right after the upgrade, on its event loop. */
    void install(Channel upgraded) throws Http2Exception {
        channel = upgraded;
        channel.pipeline().addLast(new Watch(), http2, new End());
        context = channel.pipeline().context(http2);
        connection
                .local()
                .flowController()
                .incrementWindowSize(
                        connection.connectionStream(),
                        WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        flush();
        lastReceivedNanos = System.nanoTime();
        schedulePing();
        scheduleStallCheck();
    }

    /** Sends a request without a body. */
    CompletableFuture<Answer> send(String method, String path, int maxAnswerBytes) {
        return send(
                method,
                path,
                "application/x-www-form-urlencoded",
                Unpooled.EMPTY_BUFFER,
                maxAnswerBytes);
    }

    /**
     * Sends a request.
     *
     * @param body released when it has been sent, or cannot be
     */
    CompletableFuture<Answer> send(
            String method, String path, String contentType, ByteBuf body, int maxAnswerBytes) {
        Exchange exchange = new Exchange(maxAnswerBytes);
        Http2Headers headers =
                new DefaultHttp2Headers(false)
                        .method(method)
                        .scheme("https")
                        .authority("localhost:8007")
                        .path(path)
                        .set("content-type", contentType)
                        .set("user-agent", RestClient.USER_AGENT);
        try {
            channel.eventLoop().execute(() -> start(exchange, headers, body));
        } catch (RuntimeException e) {
            body.release();
            exchange.fail(new IOException("the session is closed", e));
        }
        return exchange.answer();
    }

    private void start(Exchange exchange, Http2Headers headers, ByteBuf body) {
        if (ended || nextStream < 0) {
            body.release();
            exchange.fail(endedBy);
            return;
        }
        int stream = nextStream;
        nextStream += 2;
        underWay.put(stream, exchange);
        boolean empty = !body.isReadable();
        http2.encoder()
                .writeHeaders(context, stream, headers, 0, empty, context.newPromise())
                .addListener(sent -> sent(sent.isSuccess(), sent.cause(), stream, empty));
        if (empty) {
            body.release();
        } else {
            http2.encoder()
                    .writeData(context, stream, body, 0, true, context.newPromise())
                    .addListener(sent -> sent(sent.isSuccess(), sent.cause(), stream, true));
        }
        flush();
    }

    /** Through the handler, which first writes what the windows allow. */
    private void flush() {
        http2.flush(context);
    }

    private void sent(boolean success, Throwable cause, int stream, boolean whole) {
        Exchange exchange = underWay.get(stream);
        if (exchange == null) {
            return;
        }
        // An answer may come although the body was not taken to its end.
        if (!success && connection.stream(stream) == null) {
            remove(stream);
            exchange.fail(new IOException("cannot send the request", cause));
        } else if (whole) {
            exchange.sent();
        }
    }

    /** Takes a request out; the last one of a session that the server wants to end closes it. */
    private Exchange remove(int stream) {
        Exchange exchange = underWay.remove(stream);
        if (goingAway && underWay.isEmpty()) {
            channel.close();
        }
        return exchange;
    }

    /** Whether new requests can be sent. */
    boolean isOpen() {
        return !closed.isDone() && !goingAway;
    }

    @Override
    public void close() {
        channel.close();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        List<Exchange> left = new ArrayList<>(underWay.values());
        underWay.clear();
        left.forEach(exchange -> exchange.fail(endedBy));
        closed.complete(null);
    }

    private void endBecause(Throwable reason) {
        if (!ended) {
            endedBy = reason;
        }
        channel.close();
    }

    private void schedulePing() {
        channel.eventLoop().schedule(this::ping, silence.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void ping() {
        if (ended) {
            return;
        }
        if (System.nanoTime() - lastReceivedNanos
                >= silence.toNanos() - TimeUnit.MILLISECONDS.toNanos(1)) {
            if (unansweredPings >= MAX_LOST_PINGS) {
                endBecause(new IOException("the server does not answer any more"));
                return;
            }
            unansweredPings++;
            http2.encoder().writePing(context, false, System.nanoTime(), context.newPromise());
            flush();
        }
        schedulePing();
    }

    private void scheduleStallCheck() {
        channel.eventLoop()
                .schedule(this::failStalled, stall.toNanos() / 8 + 1, TimeUnit.NANOSECONDS);
    }

    /** Gives up requests whose turn it is and that do not go on. */
    private void failStalled() {
        if (ended) {
            return;
        }
        long now = System.nanoTime();
        for (Map.Entry<Integer, Exchange> each : List.copyOf(underWay.entrySet())) {
            if (each.getValue().idleNanos(now, lastSentNanos) >= stall.toNanos()) {
                int stream = each.getKey();
                remove(stream);
                each.getValue()
                        .fail(
                                new TimeoutException(
                                        "no progress for " + stall.toSeconds() + " seconds"));
                http2.encoder()
                        .writeRstStream(
                                context, stream, Http2Error.CANCEL.code(), context.newPromise());
            }
        }
        flush();
        scheduleStallCheck();
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean last) {
            onHeadersRead(ctx, stream, headers, padding, last);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int padding,
                boolean last) {
            Exchange exchange = underWay.get(stream);
            if (exchange == null) {
                return;
            }
            if (headers.status() != null) {
                try {
                    exchange.status(Integer.parseInt(headers.status().toString()));
                } catch (NumberFormatException e) {
                    exchange.fail(new IOException("the server's answer has no valid status", e));
                }
            }
            exchange.announced(headers.getLong(HttpHeaderNames.CONTENT_LENGTH, Long.MAX_VALUE));
            if (last) {
                remove(stream).end();
            }
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean last) {
            int consumed = data.readableBytes() + padding;
            Exchange exchange = underWay.get(stream);
            if (exchange != null) {
                exchange.data(data);
                if (last) {
                    remove(stream).end();
                }
            }
            return consumed;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long errorCode) {
            Exchange exchange = remove(stream);
            if (exchange != null) {
                exchange.fail(
                        new IOException(
                                "the server broke off its answer ("
                                        + Http2Error.valueOf(errorCode)
                                        + ")"));
            }
        }

        @Override
        public void onGoAwayRead(
                ChannelHandlerContext ctx, int lastStream, long errorCode, ByteBuf debugData) {
            goingAway = true;
            if (errorCode != Http2Error.NO_ERROR.code()) {
                endBecause(
                        new IOException(
                                "the server ended the session: "
                                        + debugData.toString(StandardCharsets.US_ASCII)));
            } else if (underWay.isEmpty()) {
                channel.close();
            }
        }
    }

    /** Before HTTP/2: notes that the server lives, and that it takes what is sent. */
    private final class Watch extends ChannelDuplexHandler {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            // Content waits for room in the windows and in the connection; probes do not.
            if (message instanceof ByteBuf bytes && bytes.readableBytes() > MAX_PROBE_BYTES) {
                lastSentNanos = System.nanoTime();
            }
            ctx.write(message, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            lastReceivedNanos = System.nanoTime();
            unansweredPings = 0;
            ctx.fireChannelRead(message);
        }
    }

    /** Behind HTTP/2: sees the end. */
    private final class End extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            endBecause(cause);
        }
    }
}
