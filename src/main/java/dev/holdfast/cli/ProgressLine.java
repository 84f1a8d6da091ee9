package dev.holdfast.cli;

import dev.holdfast.os.Terminal;
import java.util.Locale;

/**
 * One line on a terminal that says what is being done, how much of it, and how long it will take;
 * nothing where there is no terminal. Thread-safe.
 */
final class ProgressLine implements AutoCloseable {
    private static final long EVERY_NANOS = 200_000_000L;
    private static final double NANOS = 1e9;

    private final boolean shown;
    private long shownNanos;
    private String task = "";
    private long startNanos;
    private boolean open;

    ProgressLine(GlobalOptions options) {
        this.shown =
                !options.noProgress
                        && !options.quiet
                        && (options.progress || Terminal.is(Terminal.ERRORS));
    }

    /** Shows that {@code done} of {@code total} is done. */
    synchronized void show(String what, long done, long total, String unit) {
        long now = System.nanoTime();
        if (!what.equals(task)) {
            task = what;
            startNanos = now;
        }
        if (!shown || (now - shownNanos < EVERY_NANOS && done < total)) {
            return;
        }
        shownNanos = now;
        print(what + ": " + done + " of " + total + unit + left(done, total, now));
    }

    /** The same for bytes, with the rate. */
    synchronized void showBytes(String what, long done, long total) {
        long now = System.nanoTime();
        if (task.isEmpty()) {
            task = what;
            startNanos = now;
        }
        if (!shown || now - shownNanos < EVERY_NANOS) {
            return;
        }
        shownNanos = now;
        double seconds = Math.max((now - startNanos) / NANOS, 0.001);
        print(
                what
                        + ": "
                        + Output.bytes(done)
                        + " of "
                        + Output.bytes(total)
                        + ", "
                        + Output.bytes((long) (done / seconds))
                        + "/s"
                        + left(done, total, now));
    }

    private String left(long done, long total, long now) {
        double seconds = (now - startNanos) / NANOS;
        if (done <= 0 || done >= total || seconds < 1) {
            return "";
        }
        long left = (long) (seconds * (total - done) / done);
        return String.format(
                Locale.ROOT, ", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60);
    }

    private void print(String text) {
        System.err.print("\r\u001b[K" + text);
        System.err.flush();
        open = true;
    }

    /** A line that stays. */
    synchronized void message(String text) {
        clear();
        System.err.println(text);
    }

    private void clear() {
        if (open) {
            System.err.print("\r\u001b[K");
            open = false;
        }
    }

    @Override
    public synchronized void close() {
        clear();
    }
}
