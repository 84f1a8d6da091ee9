package dev.holdfast.cli;

import dev.holdfast.HoldfastException;

/** The command line does not make sense. */
final class UsageException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
