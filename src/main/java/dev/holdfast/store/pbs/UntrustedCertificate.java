package dev.holdfast.store.pbs;

import java.security.cert.CertificateException;

/** A server showed a certificate that is neither valid nor the expected one. */
final class UntrustedCertificate extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient CertificateFingerprint fingerprint;
    private final boolean mayBeConfirmed;

    /**
     * A refused certificate.
     *
     * @param mayBeConfirmed false if another one was expected: then nobody is asked
     */
    UntrustedCertificate(
            String message, CertificateFingerprint fingerprint, boolean mayBeConfirmed) {
        super(message);
        this.fingerprint = fingerprint;
        this.mayBeConfirmed = mayBeConfirmed;
    }

    CertificateFingerprint fingerprint() {
        return fingerprint;
    }

    boolean mayBeConfirmed() {
        return mayBeConfirmed;
    }
}
