package dev.holdfast.cli;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Does something again and again, with growing pauses, as long as it fails in a way that passes by
 * itself.
 *
 * @param passes whether waiting may help against a failure
 * @param remark told what is waited for, once for each cause
 * @param pause sleeps
 */
record Retry(
        Predicate<RuntimeException> passes, Consumer<String> remark, Consumer<Duration> pause) {
    /** A server that restarts is back in a few seconds. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /** Short against a backup, long enough not to fill the server's log. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /**
     * The result of the first attempt that succeeds.
     *
     * @throws RuntimeException the first failure that does not pass
     */
    <T> T untilDone(Supplier<T> attempt) {
        Duration wait = FIRST_PAUSE;
        String said = "";
        while (true) {
            try {
                return attempt.get();
            } catch (RuntimeException e) {
                if (!passes.test(e)) {
                    throw e;
                }
                String why = String.valueOf(e.getMessage());
                if (!why.equals(said)) {
                    remark.accept(why);
                    said = why;
                }
            }
            pause.accept(wait);
            Duration doubled = wait.multipliedBy(2);
            wait = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
    }
}
