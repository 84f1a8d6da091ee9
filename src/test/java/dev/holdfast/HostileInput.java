package dev.holdfast;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What parsers may do with bytes that somebody made up: take them, or refuse them as {@link
 * Damaged} or with {@link BadKey}. Anything else that is thrown ends the fuzz target, and the bytes
 * are a finding.
 *
 * <p>A fuzz target is a class {@code …Fuzz} with a method {@code fuzzerTestOneInput}, as Jazzer
 * wants it. {@code scripts/fuzz} looks for inputs that break one; {@link FuzzCorpusTest} gives each
 * of them the inputs that are kept.
 */
public final class HostileInput {
    private HostileInput() {}

    /** What the parser made of its input, unless it refused it. */
    public static <T> Optional<T> read(Supplier<T> parser) {
        try {
            return Optional.of(parser.get());
        } catch (Damaged | BadKey e) {
            return Optional.empty();
        }
    }

    /** As {@link #read} for parsers of what users type, which refuse it as an illegal argument. */
    public static <T> Optional<T> readTyped(Supplier<T> parser) {
        try {
            return Optional.of(parser.get());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether an action went through. */
    public static boolean accepted(Runnable action) {
        return read(() -> {
                    action.run();
                    return true;
                })
                .isPresent();
    }

    /** Fails as a finding. */
    public static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
