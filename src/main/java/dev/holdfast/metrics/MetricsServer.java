package dev.holdfast.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves a text under {@code /metrics} of one address. Whoever can connect may read it, so it is
 * the loopback interface unless the user names another. Runs on daemon threads.
 */
public final class MetricsServer implements AutoCloseable {
    private static final String PATH = "/metrics";
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final int THREADS = 2;
    private static final int BACKLOG = 16;
    private static final String SECONDS = "10";

    static {
        // Somebody who connects and says nothing must not hold a thread for ever.
        for (String limit :
                new String[] {"sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, SECONDS);
            }
        }
    }

    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    THREADS,
                    task -> {
                        Thread thread = new Thread(task, "metrics");
                        thread.setDaemon(true);
                        return thread;
                    });

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens from now on; answers when {@link #start started}.
     *
     * @throws Refused if that address cannot be had
     */
    public static MetricsServer listen(InetSocketAddress address) {
        try {
            return new MetricsServer(HttpServer.create(address, BACKLOG));
        } catch (IOException e) {
            throw new Refused(
                    "cannot serve metrics on "
                            + text(address)
                            + ": "
                            + e.getMessage()
                            + "; choose another address with --metrics",
                    e);
        }
    }

    /** Answers with what {@code text} gives. */
    public void start(Supplier<String> text) {
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, text));
        Thread dispatcher = new Thread(server::start, "metrics-start");
        // The server's own thread inherits this.
        dispatcher.setDaemon(true);
        dispatcher.start();
        try {
            dispatcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!head && !exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", TYPE);
                exchange.sendResponseHeaders(200, head ? -1 : body.length);
                if (!head) {
                    exchange.getResponseBody().write(body);
                }
            }
        }
    }

    /** Where it listens, {@code HOST:PORT}. */
    public String address() {
        return text(server.getAddress());
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
