package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;

/** What the process ends with; scripts rely on the numbers. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int KEY = 3;
    static final int DAMAGED = 4;
    static final int UNREACHABLE = 5;
    static final int NOT_FOUND = 6;
    static final int BUSY = 75;

    private ExitCode() {}

    /** The code of a failure. */
    static int of(Throwable failure) {
        if (failure instanceof CommitCommand.DriverFailure driver) {
            return driver.exitCode();
        }
        if (failure instanceof BadKey) {
            return KEY;
        }
        if (failure instanceof Damaged) {
            return DAMAGED;
        }
        if (failure instanceof Unreachable || failure instanceof Refused) {
            return UNREACHABLE;
        }
        if (failure instanceof NotFound) {
            return NOT_FOUND;
        }
        if (failure instanceof Busy) {
            return BUSY;
        }
        if (failure instanceof UsageException || failure instanceof IllegalArgumentException) {
            return USAGE;
        }
        return FAILED;
    }
}
