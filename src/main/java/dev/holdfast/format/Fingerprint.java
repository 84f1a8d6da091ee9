package dev.holdfast.format;

import java.util.HexFormat;

/**
 * The identity of an encryption key (keys.md §1.1): 32 bytes, shown as hex pairs joined with
 * colons.
 */
public record Fingerprint(Digest value) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    /** Reads either text form: colons anywhere are ignored, 64 hex digits must remain. */
    public static Fingerprint parse(String text) {
        return new Fingerprint(Digest.parse(text.replace(":", "")));
    }

    /** All 32 bytes, as stored in key files and manifests. */
    public String longForm() {
        return COLONS.formatHex(value.bytes());
    }

    /** The first 8 bytes, as shown in messages. */
    public String shortForm() {
        return longForm().substring(0, 23);
    }

    @Override
    public String toString() {
        return longForm();
    }
}
