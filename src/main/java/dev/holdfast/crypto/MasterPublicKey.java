package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.format.ArchiveName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Locale;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;

/**
 * The public half of a master key (keys.md §6): wraps a copy of the encryption key into every
 * snapshot, so that the private half, kept elsewhere, can recover it. Thread-safe.
 */
public final class MasterPublicKey implements EscrowKey {
    /** The wrapped text of 255 bytes and the 11 of PKCS#1 v1.5 must fit into one block. */
    public static final int MIN_BITS = 8 * (255 + 11);

    private static final int MAX_PEM_BYTES = 64 << 10;

    private final RSAPublicKey key;

    private MasterPublicKey(RSAPublicKey key) {
        this.key = key;
    }

    /**
     * Reads a PEM file.
     *
     * @throws BadKey if it is no RSA public key or too short
     */
    public static MasterPublicKey read(Path path) {
        try {
            if (Files.isDirectory(path)) {
                throw new BadKey("master public key " + path + " is a directory");
            }
            if (Files.size(path) > MAX_PEM_BYTES) {
                throw new BadKey(path + " is too long to be a master public key");
            }
            return parse(Files.readString(path, StandardCharsets.ISO_8859_1), path.toString());
        } catch (NoSuchFileException e) {
            throw new BadKey("there is no master public key " + path, e);
        } catch (IOException e) {
            throw new BadKey("cannot read master public key " + path, e);
        }
    }

    /** Reads PEM; only the form {@code BEGIN PUBLIC KEY}, like the official client. */
    public static MasterPublicKey parse(String pem, String name) {
        if (pem.isBlank()) {
            throw new BadKey("master public key " + name + " is empty");
        }
        if (pem.contains("PRIVATE KEY-----")) {
            throw new BadKey(
                    name
                            + " is a private key; give its public half, and keep the private one away from this machine");
        }
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            Object found = pem.contains("-----BEGIN PUBLIC KEY-----") ? parser.readObject() : null;
            if (!(found instanceof SubjectPublicKeyInfo info)) {
                throw new BadKey(
                        name + " is no RSA public key in PEM (-----BEGIN PUBLIC KEY-----)");
            }
            RSAPublicKey key =
                    (RSAPublicKey)
                            KeyFactory.getInstance("RSA")
                                    .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            return checked(key, name);
        } catch (BadKey e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new BadKey(name + " is no RSA public key in PEM (-----BEGIN PUBLIC KEY-----)", e);
        }
    }

    private static MasterPublicKey checked(RSAPublicKey key, String name) {
        int bits = key.getModulus().bitLength();
        if (bits < MIN_BITS) {
            throw new BadKey(
                    "master key "
                            + name
                            + " has "
                            + bits
                            + " bits; the wrapped key needs at least "
                            + MIN_BITS
                            + "; make one of 4096 with: holdfast key master create");
        }
        return new MasterPublicKey(key);
    }

    /** Length of the modulus. */
    public int bits() {
        return key.getModulus().bitLength();
    }

    /** The modulus, in upper-case hex. */
    public String modulusHex() {
        return key.getModulus().toString(16).toUpperCase(Locale.ROOT);
    }

    /** The exponent, in decimal. */
    public String exponent() {
        return key.getPublicExponent().toString();
    }

    /** Whether this is the public half of {@code master}. */
    public boolean fits(MasterPrivateKey master) {
        return key.getModulus().equals(master.modulus());
    }

    @Override
    public String wrappedName() {
        return ArchiveName.WRAPPED_KEY;
    }

    @Override
    public byte[] wrap(BackupKey backupKey) {
        byte[] text = KeyLock.unprotectedText(backupKey);
        try {
            Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            rsa.init(Cipher.ENCRYPT_MODE, key);
            return rsa.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA failed to encrypt " + text.length + " bytes", e);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }
}
