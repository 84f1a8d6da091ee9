package dev.holdfast.store.pbs;

import dev.holdfast.HoldfastException;
import dev.holdfast.Unreachable;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpClientUpgradeHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Opens sessions: TLS, an HTTP/1.1 request that asks for another protocol, and HTTP/2 from the
 * first byte after the {@code 101} on (protocol.md §8.1). Thread-safe.
 */
// How writing and closing went is seen by the handlers; the futures of Netty add nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connector implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 64 << 10;
    private static final int THREADS = 2;

    /** High enough that bodies are written in large frames. */
    private static final WriteBufferWaterMark WRITE_BUFFER =
            new WriteBufferWaterMark(512 << 10, 2 << 20);

    static {
        // Part of the channels' ids, which nobody sees. Netty takes it from a network card,
        // and warns where there is none, as in a container.
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", "02:00:00:00:00:00");
        }
    }

    private final RepositoryAddress address;
    private final SslContext tls;
    private final Timeouts timeouts;
    private final Optional<HttpProxy> proxy;
    private final EventLoopGroup loops;

    Connector(ServerAccess access, ServerTrust trust) {
        this.address = access.address();
        this.tls = context(trust);
        this.timeouts = access.timeouts();
        this.proxy = access.proxy();
        this.loops =
                new MultiThreadIoEventLoopGroup(
                        THREADS,
                        task -> {
                            Thread thread = new Thread(task, "pbs-session");
                            thread.setDaemon(true);
                            return thread;
                        },
                        NioIoHandler.newFactory());
    }

    /** What the server said instead of {@code 101}. */
    static final class NotUpgraded extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String text;

        NotUpgraded(int status, String text) {
            super("status " + status);
            this.status = status;
            this.text = text;
        }

        int status() {
            return status;
        }

        String text() {
            return text;
        }
    }

    /**
     * Opens a session.
     *
     * @param path with query
     * @param stall how long a request may go without progress
     * @throws NotUpgraded if the server refuses it
     */
    SessionChannel open(String path, String protocol, Duration stall, Map<String, String> headers)
            throws NotUpgraded {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        request.headers()
                .set(HttpHeaderNames.HOST, address.authority())
                .set(HttpHeaderNames.USER_AGENT, RestClient.USER_AGENT);
        headers.forEach((name, value) -> request.headers().set(name, value));
        Upgrade upgrade = new Upgrade(request, protocol, stall);
        Channel channel =
                new Bootstrap()
                        .group(loops)
                        .channel(NioSocketChannel.class)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) timeouts.connect().toMillis())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_BUFFER)
                        .handler(upgrade)
                        .connect(
                                proxy.map(HttpProxy::socketHost).orElse(address.socketHost()),
                                proxy.map(HttpProxy::port).orElse(address.port()))
                        .addListener(
                                connected -> {
                                    if (!connected.isSuccess()) {
                                        upgrade.done.completeExceptionally(connected.cause());
                                    }
                                })
                        .channel();
        boolean open = false;
        try {
            SessionChannel session =
                    upgrade.done.get(
                            timeouts.connect().plus(timeouts.answer()).toMillis(),
                            TimeUnit.MILLISECONDS);
            open = true;
            return session;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NotUpgraded refused) {
                throw new NotUpgraded(refused.status(), refused.text());
            }
            throw failed(e.getCause());
        } catch (TimeoutException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while connecting to " + address.authority(), e);
        } finally {
            if (!open) {
                channel.close();
            }
        }
    }

    private HoldfastException failed(Throwable cause) {
        return TransportErrors.of(address, cause);
    }

    /**
     * Native where its library loads, else the JDK's, which is Java code that a short command runs
     * interpreted for the most part, and allocates with each record. Processor time for 1 GiB of
     * random bytes, all of the command: backup 8.4 s instead of 10.1, restore 7.9 instead of 9.4.
     */
    private static SslContext context(ServerTrust trust) {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(
                            OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                    .trustManager(trust)
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    /** The pipeline of one connection until it is upgraded. */
    private final class Upgrade extends ChannelInitializer<SocketChannel> {
        private final CompletableFuture<SessionChannel> done = new CompletableFuture<>();
        private final HttpObjectAggregator whole = new HttpObjectAggregator(MAX_HEAD_BYTES);
        private final FullHttpRequest request;
        private final String protocol;
        private final Duration stall;

        Upgrade(FullHttpRequest request, String protocol, Duration stall) {
            this.request = request;
            this.protocol = protocol;
            this.stall = stall;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (proxy.isPresent()) {
                channel.pipeline()
                        .addLast(
                                new ProxyTunnel(
                                        proxy.get(),
                                        address.authority(),
                                        () -> addTls(channel),
                                        done::completeExceptionally));
            } else {
                addTls(channel);
            }
        }

        private void addTls(SocketChannel channel) {
            SslHandler ssl = tls.newHandler(channel.alloc(), address.socketHost(), address.port());
            ssl.setHandshakeTimeoutMillis(timeouts.connect().toMillis());
            HttpClientCodec http1 = new HttpClientCodec();
            channel.pipeline()
                    .addLast(
                            ssl,
                            http1,
                            new HttpClientUpgradeHandler(http1, new Switch(), MAX_HEAD_BYTES),
                            whole,
                            new Outcome());
        }

        /** Adds HTTP/2; bytes that came along with the {@code 101} reach it. */
        private final class Switch implements HttpClientUpgradeHandler.UpgradeCodec {
            @Override
            public CharSequence protocol() {
                return protocol;
            }

            @Override
            public Collection<CharSequence> setUpgradeHeaders(
                    ChannelHandlerContext ctx, HttpRequest upgradeRequest) {
                return List.of();
            }

            @Override
            public void upgradeTo(ChannelHandlerContext ctx, FullHttpResponse answer)
                    throws Exception {
                ctx.pipeline().remove(whole);
                SessionChannel session = new SessionChannel(timeouts.silence(), stall);
                session.install(ctx.channel());
                ctx.pipeline().remove(Outcome.class);
                done.complete(session);
            }
        }

        /** Sends the request when TLS stands, and sees every way in which it can fail. */
        private final class Outcome extends ChannelInboundHandlerAdapter {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event)
                    throws Exception {
                if (event instanceof SslHandshakeCompletionEvent handshake) {
                    if (handshake.isSuccess()) {
                        ctx.writeAndFlush(request);
                    } else {
                        done.completeExceptionally(handshake.cause());
                    }
                }
                ctx.fireUserEventTriggered(event);
            }

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (message instanceof FullHttpResponse answer) {
                    done.completeExceptionally(
                            new NotUpgraded(
                                    answer.status().code(),
                                    answer.content().toString(StandardCharsets.UTF_8)));
                    answer.release();
                }
                ctx.close();
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                done.completeExceptionally(
                        new IOException("the server closed the connection without an answer"));
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                done.completeExceptionally(cause);
                ctx.close();
            }
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
