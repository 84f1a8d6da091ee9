package dev.holdfast.format;

import dev.holdfast.Damaged;

/** Bytes that do not follow the format: says what is wrong and at which offset. */
public class FormatException extends Damaged {
    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
