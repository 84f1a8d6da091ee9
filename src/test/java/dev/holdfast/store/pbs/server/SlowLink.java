package dev.holdfast.store.pbs.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A long line between a client and a server on this machine: so many bytes per second in each
 * direction for all connections together, and a delay on every byte. When something is sent follows
 * from a schedule, not from when a thread happened to run, so that a busy machine hardly makes the
 * line slower than it claims to be.
 */
public final class SlowLink implements AutoCloseable {
    private static final int PACKET_BYTES = 16 << 10;

    /** What a socket's buffers would hold; more than rate x delay, so that it never limits. */
    private static final int MAX_PACKETS_UNDER_WAY = 64;

    /** A thread that wakes up late by less than this costs no capacity. */
    private static final long SLACK_NANOS = 50_000_000;

    private final ServerSocket listening;
    private final int serverPort;
    private final long bytesPerSecond;
    private final long delayNanos;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Direction up = new Direction();
    private final Direction down = new Direction();

    /** A line to the server on {@code serverPort}; {@code delayMillis} is that of one way. */
    public SlowLink(int serverPort, long bytesPerSecond, int delayMillis) throws IOException {
        this.serverPort = serverPort;
        this.bytesPerSecond = bytesPerSecond;
        this.delayNanos = delayMillis * 1_000_000L;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    /** One of the two ways through the line. */
    private final class Direction {
        private final AtomicLong bytes = new AtomicLong();
        private long freeAt = System.nanoTime();

        /** When the last of these bytes arrives. */
        synchronized long arrival(int packetBytes) {
            bytes.addAndGet(packetBytes);
            freeAt =
                    Math.max(freeAt, System.nanoTime() - SLACK_NANOS)
                            + packetBytes * 1_000_000_000L / bytesPerSecond;
            return freeAt + delayNanos;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Packet(byte[] bytes, long arrival) {}

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "slow-link-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                sockets.addAll(List.of(client, server));
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                connect(client, server, up);
                connect(server, client, down);
            }
        } catch (IOException e) {
            // Closed: the test is over, or the server is away.
        }
    }

    private void connect(Socket from, Socket to, Direction direction) {
        BlockingQueue<Packet> line = new ArrayBlockingQueue<>(MAX_PACKETS_UNDER_WAY);
        start("in", () -> send(from, line, direction));
        start("out", () -> receive(line, to));
    }

    private static void send(Socket from, BlockingQueue<Packet> line, Direction direction) {
        byte[] buffer = new byte[PACKET_BYTES];
        try {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                line.put(new Packet(Arrays.copyOf(buffer, n), direction.arrival(n)));
            }
            line.put(new Packet(new byte[0], System.nanoTime()));
        } catch (IOException | InterruptedException e) {
            line.clear();
            line.offer(new Packet(new byte[0], System.nanoTime()));
        }
    }

    private static void receive(BlockingQueue<Packet> line, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            for (Packet next = line.take(); next.bytes().length > 0; next = line.take()) {
                long wait = next.arrival() - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                out.write(next.bytes());
            }
            to.shutdownOutput();
        } catch (IOException | InterruptedException e) {
            // The other end is gone.
        }
    }

    /** Where a client connects to. */
    public int port() {
        return listening.getLocalPort();
    }

    /** What has come from the server so far. */
    public long receivedBytes() {
        return down.bytes.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
