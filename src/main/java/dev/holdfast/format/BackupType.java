package dev.holdfast.format;

import java.util.Optional;

/** The three kinds of backup group, in the order of listings. */
public enum BackupType {
    CT("ct"),
    HOST("host"),
    VM("vm");

    private final String text;

    BackupType(String text) {
        this.text = text;
    }

    /** The type of that directory name. */
    public static Optional<BackupType> parse(String text) {
        for (BackupType type : values()) {
            if (type.text.equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The directory name. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
