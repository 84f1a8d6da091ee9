package dev.holdfast.cli;

import dev.holdfast.os.Terminal;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Shows on standard error how far something is: on a terminal one line that is rewritten twice a
 * second, with {@code --progress} elsewhere one line every ten seconds. Nothing is shown in the
 * first second. Closing it clears the line.
 */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 500;
    private static final long LOG_MILLIS = 10_000;

    private final String what;
    private final Supplier<State> state;
    private final boolean terminal;
    private final long startNanos = System.nanoTime();
    private final Thread thread;
    private volatile boolean closed;
    private int shown;

    /**
     * How far it is.
     *
     * @param entries things done
     * @param bytes bytes done
     * @param totalBytes bytes in all, if known
     */
    record State(long entries, long bytes, OptionalLong totalBytes) {}

    private Progress(String what, Supplier<State> state, boolean visible, boolean terminal) {
        this.what = what;
        this.state = state;
        this.terminal = terminal;
        this.thread = new Thread(this::run, "progress");
        this.thread.setDaemon(true);
        if (visible) {
            this.thread.start();
        }
    }

    /** Begins to show {@code state}, if the options let it. */
    static Progress of(GlobalOptions options, String what, Supplier<State> state) {
        boolean terminal = Terminal.is(Terminal.ERRORS);
        boolean visible =
                !options.quiet
                        && !options.noProgress
                        && !options.json
                        && (terminal || options.progress);
        return new Progress(what, state, visible, terminal);
    }

    private void run() {
        long step = terminal ? TERMINAL_MILLIS : LOG_MILLIS;
        try {
            while (!closed) {
                synchronized (this) {
                    wait(shown == 0 && terminal ? 1000 : step);
                }
                if (!closed) {
                    show(state.get());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(State now) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        double rate = now.bytes() / seconds;
        StringBuilder line = new StringBuilder(what).append(": ");
        if (now.entries() > 0) {
            line.append(String.format(Locale.ROOT, "%,d entries, ", now.entries()));
        }
        if (now.bytes() == 0 && now.totalBytes().isEmpty()) {
            // No bytes are counted, only things.
            line.append(String.format(Locale.ROOT, "%,.0f/s", now.entries() / seconds));
            write(line);
            return;
        }
        line.append(Output.bytes(now.bytes()));
        if (now.totalBytes().isPresent() && now.totalBytes().getAsLong() > 0) {
            long total = now.totalBytes().getAsLong();
            line.append(" of ").append(Output.bytes(total));
            line.append(
                    String.format(
                            Locale.ROOT, " (%d %%)", Math.min(100, 100 * now.bytes() / total)));
            if (rate > 0) {
                line.append(", ").append(time((total - now.bytes()) / rate)).append(" left");
            }
        }
        line.append(", ").append(Output.bytes((long) rate)).append("/s");
        write(line);
    }

    private void write(StringBuilder line) {
        if (terminal) {
            int length = line.length();
            line.append(" ".repeat(Math.max(0, shown - length)));
            System.err.print("\r" + line);
            System.err.flush();
            shown = length;
        } else {
            System.err.println(line);
            shown = 1;
        }
    }

    private static String time(double seconds) {
        long s = Math.max(0, (long) seconds);
        return s >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
    }

    @Override
    public void close() {
        done();
    }

    /** Clears the line, so that something else can be shown. */
    void done() {
        closed = true;
        synchronized (this) {
            notifyAll();
        }
        if (terminal && shown > 0) {
            System.err.print("\r" + " ".repeat(shown) + "\r");
            System.err.flush();
        }
    }
}
