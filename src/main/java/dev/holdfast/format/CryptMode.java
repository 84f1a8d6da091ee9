package dev.holdfast.format;

/** What is done to the content of a file of a snapshot (keys.md §5). */
public enum CryptMode {
    NONE("none"),
    ENCRYPT("encrypt"),
    SIGN_ONLY("sign-only");

    private final String text;

    CryptMode(String text) {
        this.text = text;
    }

    /** The mode of that exact spelling. */
    public static CryptMode parse(String text) {
        for (CryptMode mode : values()) {
            if (mode.text.equals(text)) {
                return mode;
            }
        }
        throw new FormatException("unknown crypt mode '" + text + "'");
    }

    /** The spelling used in manifests and on the command line. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
