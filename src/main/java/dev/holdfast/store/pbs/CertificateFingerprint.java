package dev.holdfast.store.pbs;

import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The identity of a server: SHA-256 of the DER form of its certificate (protocol.md §3.1), written
 * as 32 hex pairs joined with colons.
 */
public record CertificateFingerprint(Digest value) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
    private static final Pattern TEXT = Pattern.compile("[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31}");

    /**
     * Reads the colon-separated form, in either case.
     *
     * @throws IllegalArgumentException if it is not that
     */
    public static CertificateFingerprint parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no fingerprint; expected 32 hex pairs joined with ':'");
        }
        return new CertificateFingerprint(Digest.parse(text.replace(":", "")));
    }

    /** The fingerprint of a certificate. */
    public static CertificateFingerprint of(X509Certificate certificate)
            throws CertificateEncodingException {
        return new CertificateFingerprint(Sha256.of(certificate.getEncoded()));
    }

    @Override
    public String toString() {
        return COLONS.formatHex(value.bytes());
    }
}
