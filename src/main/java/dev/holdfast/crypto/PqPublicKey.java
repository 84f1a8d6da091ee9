package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;

/**
 * The public half of a post-quantum master key, see {@link PqEscrow}. An addition to the RSA one,
 * which the official client needs. Thread-safe.
 */
public final class PqPublicKey implements EscrowKey {
    /** The stored name of the wrapped key in a snapshot; the official client ignores it. */
    public static final String WRAPPED_KEY = "pq-encrypted.key.blob";

    private static final int MAX_PEM_BYTES = 64 << 10;

    private final PublicKey key;

    private PqPublicKey(PublicKey key) {
        this.key = key;
    }

    /**
     * Reads a PEM file.
     *
     * @throws BadKey if it is no ML-KEM-1024 public key
     */
    public static PqPublicKey read(Path path) {
        try {
            if (Files.isDirectory(path) || Files.size(path) > MAX_PEM_BYTES) {
                throw no(path);
            }
            String pem = Files.readString(path, StandardCharsets.ISO_8859_1);
            try (PEMParser parser = new PEMParser(new StringReader(pem))) {
                if (!(parser.readObject() instanceof SubjectPublicKeyInfo info)) {
                    throw no(path);
                }
                return new PqPublicKey(
                        KeyFactory.getInstance(PqEscrow.ALGORITHM, PqEscrow.PROVIDER)
                                .generatePublic(new X509EncodedKeySpec(info.getEncoded())));
            }
        } catch (NoSuchFileException e) {
            throw new BadKey("there is no post-quantum public key " + path, e);
        } catch (BadKey e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw no(path);
        }
    }

    private static BadKey no(Path path) {
        return new BadKey(
                path
                        + " is no ML-KEM-1024 public key in PEM; make one with: holdfast key master create --pq");
    }

    /**
     * Whether a blob's content has the form of a key that is wrapped like this, as far as can be
     * told without the private half.
     */
    public static boolean isWrapped(byte[] content) {
        return PqEscrow.isSealed(content);
    }

    @Override
    public String wrappedName() {
        return WRAPPED_KEY;
    }

    @Override
    public byte[] wrap(BackupKey backupKey) {
        byte[] text = KeyLock.unprotectedText(backupKey);
        try {
            return PqEscrow.seal(key, text);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }
}
