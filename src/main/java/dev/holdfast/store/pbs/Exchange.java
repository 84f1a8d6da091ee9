package dev.holdfast.store.pbs;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.EncodedBlob;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * A request and what has arrived of its answer. Belongs to the session's event loop. The body grows
 * as it arrives and never beyond a limit, so a server cannot make us allocate much by announcing.
 */
final class Exchange {
    private static final byte[] EMPTY = {};
    private static final int FIRST_BYTES = 64 << 10;
    private static final int ANNOUNCED_GROWTH = 8;

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final int maxBytes;
    private long lastNanos = System.nanoTime();
    private boolean sent;
    private int status;
    private long announced = Long.MAX_VALUE;
    private byte[] body = EMPTY;
    private int length;

    Exchange(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Completed on the event loop. */
    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** The whole request has left. */
    void sent() {
        sent = true;
        lastNanos = System.nanoTime();
    }

    /**
     * For how long nothing has become of this request. One that has not left yet may wait behind
     * others of the session, so their progress is its own.
     *
     * @param lastSentNanos when part of any request last left
     */
    long idleNanos(long now, long lastSentNanos) {
        return Math.min(now - lastNanos, sent ? Long.MAX_VALUE : now - lastSentNanos);
    }

    void status(int newStatus) {
        lastNanos = System.nanoTime();
        status = newStatus;
    }

    /** The server says how long the body will be. */
    void announced(long bytes) {
        announced = Math.max(0, bytes);
    }

    void data(ByteBuf data) {
        int n = data.readableBytes();
        lastNanos = System.nanoTime();
        if (answer.isDone() || n == 0) {
            return;
        }
        if (n > maxBytes - length) {
            fail(
                    new Damaged(
                            "the server's answer is longer than the "
                                    + maxBytes
                                    + " bytes it may have"));
            return;
        }
        int need = length + n + EncodedBlob.SPARE_BYTES;
        if (need > body.length) {
            body = Arrays.copyOf(body, Math.max(need, nextBytes()));
        }
        data.readBytes(body, length, n);
        length += n;
    }

    /** Steps are longer if it is known where they lead: less to copy, and less left behind. */
    private int nextBytes() {
        long most = Math.min(announced, maxBytes);
        long step = announced < Long.MAX_VALUE ? ANNOUNCED_GROWTH : 2;
        return (int)
                (Math.min(most, Math.max(FIRST_BYTES, step * body.length))
                        + EncodedBlob.SPARE_BYTES);
    }

    void end() {
        answer.complete(new Answer(status, body, length));
    }

    void fail(Throwable failure) {
        answer.completeExceptionally(failure);
    }
}
