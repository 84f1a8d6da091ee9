package dev.holdfast.store.pbs.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that knows one user and passes connections on to this machine. */
public final class ConnectProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final String expected;
    private final List<String> tunnels = new CopyOnWriteArrayList<>();

    /** Wants {@code credentials}, {@code user:password}. */
    public ConnectProxy(String credentials) throws IOException {
        this.expected =
                "proxy-authorization: basic "
                        + Base64.getEncoder()
                                .encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "connect-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                start(() -> serve(client));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            OutputStream out = client.getOutputStream();
            boolean known =
                    head.lines().anyMatch(line -> line.regionMatches(true, 0, expected, 0, 27))
                            && head.contains(expected.substring(27));
            if (!known) {
                out.write(
                        ("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic"
                                        + " realm=\"test\"\r\nContent-Length: 0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            String authority = head.split(" ", 3)[1];
            tunnels.add(authority);
            int port = Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1));
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                start(() -> copy(server, client));
                copy(client, server);
            }
        } catch (IOException e) {
            // One of the ends is gone.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the ends is gone.
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** The connections asked for, {@code host:port}. */
    public List<String> tunnels() {
        return tunnels;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
