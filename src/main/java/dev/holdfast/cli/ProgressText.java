package dev.holdfast.cli;

import java.util.Locale;

/**
 * Puts successive states into words: amount, part of the whole, rate and time left, as in {@code
 * verifying: 1.20 GiB of 4.00 GiB (30 %), 310 MiB/s, 0:09 left}. For one thread.
 */
final class ProgressText {
    private static final double NANOS = 1e9;

    /** Rates of shorter times jump about. */
    private static final double MEASURABLE_SECONDS = 1;

    private String task = "";
    private long startNanos;
    private long startDone;
    private long lastDone;

    /**
     * The line for a state.
     *
     * @param nowNanos by any clock that does not go back
     */
    String next(ProgressState state, long nowNanos) {
        if (!state.task().equals(task) || state.done() < lastDone) {
            task = state.task();
            startNanos = nowNanos;
            startDone = state.done();
        }
        lastDone = state.done();
        StringBuilder line = new StringBuilder(task).append(": ");
        if (state.entries() > 0) {
            line.append(String.format(Locale.ROOT, "%,d entries, ", state.entries()));
        }
        long total = state.total().orElse(0);
        if (total > 0) {
            long done = Math.min(state.done(), total);
            line.append(amount(done, state)).append(" of ").append(amount(total, state));
            line.append(state.unit().isEmpty() ? "" : " " + state.unit());
            line.append(String.format(Locale.ROOT, " (%d %%)", (long) (100.0 * done / total)));
        } else {
            line.append(amount(state.done(), state));
            line.append(state.unit().isEmpty() ? "" : " " + state.unit());
        }
        double seconds = (nowNanos - startNanos) / NANOS;
        double rate = (state.done() - startDone) / seconds;
        if (seconds >= MEASURABLE_SECONDS && rate > 0) {
            line.append(", ").append(amount((long) rate, state)).append("/s");
            if (total > state.done()) {
                line.append(", ").append(time((total - state.done()) / rate)).append(" left");
            }
        }
        return line.toString();
    }

    private static String amount(long amount, ProgressState state) {
        return state.unit().isEmpty()
                ? Output.bytes(amount)
                : String.format(Locale.ROOT, "%,d", amount);
    }

    private static String time(double seconds) {
        long s = (long) Math.ceil(seconds);
        return s >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
    }
}
