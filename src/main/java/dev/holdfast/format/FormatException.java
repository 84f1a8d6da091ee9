package dev.holdfast.format;

import dev.holdfast.Damaged;

/**
 * Bytes that are not what the format says they must be. The message says what was found and, where
 * there is one, at which offset of the stream.
 */
public final class FormatException extends Damaged {
    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An error at a byte offset of the stream being read. */
    public static FormatException at(long offset, String message) {
        return new FormatException(message + " (at offset " + Long.toUnsignedString(offset) + ")");
    }
}
