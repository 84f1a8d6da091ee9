package dev.holdfast.cli;

import dev.holdfast.os.Terminal;
import java.io.PrintStream;
import java.util.function.Supplier;

/**
 * Shows on standard error how far something is. On a terminal it is one line that is rewritten
 * twice a second; elsewhere, with {@code --progress}, one line every ten seconds. Nothing is shown
 * in the first second, and closing it clears the line. A thread of its own looks at the state, so
 * that the work only ever sets a field.
 */
final class Progress implements AutoCloseable {
    private static final long FIRST_MILLIS = 1000;
    private static final long TERMINAL_MILLIS = 500;
    private static final long LOG_MILLIS = 10_000;
    private static final String CLEAR = "\r\u001b[K";

    private final Supplier<ProgressState> state;
    private final ProgressText text = new ProgressText();
    private final boolean terminal;
    private final PrintStream out;
    private final Thread thread = new Thread(this::run, "progress");
    private boolean closed;
    private boolean open;

    Progress(Supplier<ProgressState> state, boolean visible, boolean terminal, PrintStream out) {
        this.state = state;
        this.terminal = terminal;
        this.out = out;
        this.text.next(state.get(), System.nanoTime());
        this.thread.setDaemon(true);
        if (visible) {
            this.thread.start();
        }
    }

    /** Begins to show {@code state}, if the options let it. */
    static Progress of(GlobalOptions options, Supplier<ProgressState> state) {
        boolean terminal = Terminal.is(Terminal.ERRORS);
        boolean wanted = options.progress || (terminal && !options.json);
        return new Progress(
                state, wanted && !options.quiet && !options.noProgress, terminal, System.err);
    }

    private synchronized void run() {
        try {
            for (boolean first = true; !closed; first = false) {
                wait(!terminal ? LOG_MILLIS : first ? FIRST_MILLIS : TERMINAL_MILLIS);
                if (!closed) {
                    show(text.next(state.get(), System.nanoTime()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(String line) {
        if (!terminal) {
            out.println(line);
            return;
        }
        // A line that wraps could not be rewritten.
        int columns = Terminal.columns(Terminal.ERRORS) - 1;
        out.print(CLEAR + (line.length() > columns ? line.substring(0, columns) : line));
        out.flush();
        open = true;
    }

    /** A line that stays. */
    synchronized void message(String line) {
        clear();
        out.println(line);
    }

    private void clear() {
        if (open) {
            out.print(CLEAR);
            out.flush();
            open = false;
        }
    }

    /** Clears the line, so that something else can be shown; from here on nothing is. */
    synchronized void done() {
        closed = true;
        notifyAll();
        clear();
    }

    @Override
    public void close() {
        done();
    }
}
