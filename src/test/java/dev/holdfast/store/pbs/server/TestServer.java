package dev.holdfast.store.pbs.server;

import dev.holdfast.store.pbs.CertificateFingerprint;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/** A Proxmox Backup Server for one datastore, on a port of the loopback interface. */
public final class TestServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 32 << 20;

    private final TestCertificate certificate = TestCertificate.create();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Accounts accounts = new Accounts();
    private final RestApi api;
    private final Sessions sessions;
    private int port;
    private volatile Channel listening;
    private volatile Fault.Plan faults = (method, path) -> new Fault.None();

    /** Starts a server for the datastore {@code name} in {@code directory}. */
    public TestServer(String name, Path directory) {
        StoreDirectory store = new StoreDirectory(directory);
        this.api = new RestApi(name, store, accounts);
        this.sessions = new Sessions(name, store, accounts);
        start();
    }

    /** Accepts connections, again on the same port if it did before. */
    public void start() {
        listening =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        connections.add(channel);
                                        SSLEngine engine = certificate.tls().createSSLEngine();
                                        engine.setUseClientMode(false);
                                        channel.pipeline()
                                                .addLast(
                                                        new SslHandler(engine),
                                                        new HttpServerCodec(),
                                                        new HttpObjectAggregator(MAX_REQUEST_BYTES),
                                                        new RestHandler(TestServer.this));
                                    }
                                })
                        .bind("127.0.0.1", port)
                        .syncUninterruptibly()
                        .channel();
        port = ((java.net.InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Ends all connections and refuses new ones, as a server that is being restarted. */
    public void stop() {
        listening.close().syncUninterruptibly();
        dropConnections();
    }

    /** Ends all connections. */
    public void dropConnections() {
        connections.close().syncUninterruptibly();
    }

    /** Reads nothing any more from its connections, as a host that has died. */
    public void freeze() {
        connections.forEach(connection -> connection.config().setAutoRead(false));
    }

    public int port() {
        return port;
    }

    public RestApi api() {
        return api;
    }

    public Accounts accounts() {
        return accounts;
    }

    Sessions sessions() {
        return sessions;
    }

    /** Decides from now on what goes wrong. */
    public void faults(Fault.Plan plan) {
        faults = plan;
    }

    /** All requests so far, {@code METHOD /path}, without parameters. */
    public List<String> requests() {
        return requests;
    }

    /** What a client should pin. */
    public CertificateFingerprint fingerprint() {
        try {
            return CertificateFingerprint.of(certificate.certificate());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    Fault fault(String method, String path) {
        requests.add(method + " " + path);
        return faults.of(method, path);
    }

    ExecutorService workers() {
        return workers;
    }

    @Override
    public void close() {
        stop();
        workers.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
