package dev.holdfast.store.pbs;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Decides whether a certificate is the server's (protocol.md §3.1). A configured fingerprint must
 * match, whatever else holds: stricter than the official client, which ignores it when an authority
 * vouches for the certificate. Without one, ordinary validation including the host name suffices,
 * else a fingerprint that the user confirmed earlier. Thread-safe.
 */
final class ServerTrust extends X509ExtendedTrustManager {
    private final String host;
    private final Optional<CertificateFingerprint> pin;
    private final KnownFingerprints known;
    private volatile Optional<CertificateFingerprint> confirmed = Optional.empty();
    private X509ExtendedTrustManager authorities;

    ServerTrust(String host, Optional<CertificateFingerprint> pin, KnownFingerprints known) {
        this.host = host;
        this.pin = pin;
        this.known = known;
    }

    /** A TLS context that trusts what this does. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    /** The user says that this is the server. */
    void confirm(CertificateFingerprint fingerprint) {
        confirmed = Optional.of(fingerprint);
        known.store(host, fingerprint);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        CertificateFingerprint shown = CertificateFingerprint.of(chain[0]);
        if (pin.isPresent()) {
            if (!pin.get().equals(shown)) {
                throw new UntrustedCertificate(
                        "the certificate of "
                                + host
                                + " has fingerprint "
                                + shown
                                + ", but "
                                + pin.get()
                                + " is expected; if the certificate was renewed, change"
                                + " PBS_FINGERPRINT, else somebody may be in between",
                        shown,
                        false);
            }
            return;
        }
        try {
            authorities().checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            checkConfirmed(shown, e);
        }
    }

    private void checkConfirmed(CertificateFingerprint shown, CertificateException why)
            throws UntrustedCertificate {
        Optional<CertificateFingerprint> expected = confirmed.or(() -> known.find(host));
        if (expected.isPresent() && expected.get().equals(shown)) {
            return;
        }
        UntrustedCertificate refused =
                new UntrustedCertificate(
                        expected.isPresent()
                                ? "the certificate of "
                                        + host
                                        + " has changed: its fingerprint is "
                                        + shown
                                        + ", known is "
                                        + expected.get()
                                        + "; if it was renewed, set PBS_FINGERPRINT, else somebody"
                                        + " may be in between"
                                : "the certificate of "
                                        + host
                                        + " cannot be validated; compare its fingerprint "
                                        + shown
                                        + " with the one the server shows, and set"
                                        + " PBS_FINGERPRINT to it",
                        shown,
                        expected.isEmpty());
        refused.initCause(why);
        throw refused;
    }

    /** Loaded when first needed: reading the authorities takes longer than a handshake. */
    private synchronized X509ExtendedTrustManager authorities() throws CertificateException {
        if (authorities == null) {
            try {
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init((KeyStore) null);
                for (TrustManager candidate : factory.getTrustManagers()) {
                    if (candidate instanceof X509ExtendedTrustManager manager) {
                        authorities = manager;
                        return manager;
                    }
                }
            } catch (GeneralSecurityException e) {
                throw new CertificateException("no certificate authorities", e);
            }
            throw new CertificateException("no certificate authorities");
        }
        return authorities;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("only TLS engines are used");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("only TLS engines are used");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("no clients are accepted");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no clients are accepted");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("no clients are accepted");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
