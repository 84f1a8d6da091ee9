package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.KeyFile;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/**
 * The private half of a master key (keys.md §6): recovers encryption keys that were wrapped with
 * the public half. RSA, or ML-KEM-1024 for {@link PqEscrow}; reads PKCS#8, encrypted or not, and
 * the traditional RSA form. Thread-safe.
 */
public final class MasterPrivateKey {
    private static final int MAX_PEM_BYTES = 64 << 10;

    private final PrivateKey key;
    private final String name;

    private MasterPrivateKey(PrivateKey key, String name) {
        this.key = key;
        this.name = name;
    }

    /**
     * Reads a PEM file.
     *
     * @param passphrases asked only if the key is encrypted
     * @throws BadKey if it is no RSA private key or the passphrase is wrong
     */
    public static MasterPrivateKey read(Path path, Supplier<byte[]> passphrases) {
        try {
            if (Files.isDirectory(path)) {
                throw new BadKey("master key " + path + " is a directory");
            }
            if (Files.size(path) > MAX_PEM_BYTES) {
                throw new BadKey(path + " is too long to be a master key");
            }
            String pem = Files.readString(path, StandardCharsets.ISO_8859_1);
            return parse(pem, path.toString(), passphrases);
        } catch (NoSuchFileException e) {
            throw new BadKey("there is no master key " + path, e);
        } catch (IOException e) {
            throw new BadKey("cannot read master key " + path, e);
        }
    }

    /** Reads PEM text. */
    public static MasterPrivateKey parse(String pem, String name, Supplier<byte[]> passphrases) {
        if (pem.isBlank()) {
            throw new BadKey("master key " + name + " is empty");
        }
        if (pem.contains("-----BEGIN PUBLIC KEY-----")) {
            throw new BadKey(
                    name + " is the public half of a master key; recovery needs the private one");
        }
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            Object found = parser.readObject();
            PrivateKeyInfo info = open(found, name, passphrases);
            return decode(info.getEncoded(), name);
        } catch (BadKey e) {
            throw e;
        } catch (PEMException e) {
            throw new BadKey("master key " + name + " is damaged: not valid PEM", e);
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle reports broken structures with exceptions of many kinds.
            throw notRsa(name);
        }
    }

    private static BadKey notRsa(String name) {
        return new BadKey(
                name + " is no RSA private key in PEM (-----BEGIN ENCRYPTED PRIVATE KEY-----)");
    }

    private static PrivateKeyInfo open(Object found, String name, Supplier<byte[]> passphrases)
            throws IOException {
        if (found instanceof PrivateKeyInfo open) {
            return open;
        }
        if (found instanceof PEMKeyPair traditional) {
            return traditional.getPrivateKeyInfo();
        }
        boolean pkcs8 = found instanceof PKCS8EncryptedPrivateKeyInfo;
        if (!pkcs8 && !(found instanceof PEMEncryptedKeyPair)) {
            throw notRsa(name);
        }
        char[] passphrase = chars(passphrases.get());
        try {
            if (found instanceof PKCS8EncryptedPrivateKeyInfo sealed) {
                return sealed.decryptPrivateKeyInfo(
                        new JcePKCSPBEInputDecryptorProviderBuilder()
                                .setProvider(new BouncyCastleProvider())
                                .build(passphrase));
            }
            return ((PEMEncryptedKeyPair) found)
                    .decryptKeyPair(
                            new JcePEMDecryptorProviderBuilder()
                                    .setProvider(new BouncyCastleProvider())
                                    .build(passphrase))
                    .getPrivateKeyInfo();
        } catch (IOException | PKCSException | IllegalArgumentException | IllegalStateException e) {
            throw new BadKey("wrong passphrase for master key " + name, e);
        } finally {
            Arrays.fill(passphrase, '\0');
            Leftovers.collect();
        }
    }

    private static char[] chars(byte[] utf8) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8));
        char[] chars = new char[decoded.remaining()];
        decoded.get(chars);
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(utf8, (byte) 0);
        return chars;
    }

    /** The bare key (PKCS#8, DER), to be handed to another process and wiped. */
    public byte[] encode() {
        return key.getEncoded();
    }

    /** The key of {@link #encode}. */
    public static MasterPrivateKey decode(byte[] encoded, String name) {
        try {
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(encoded);
            boolean postQuantum =
                    PrivateKeyInfo.getInstance(encoded)
                            .getPrivateKeyAlgorithm()
                            .getAlgorithm()
                            .equals(NISTObjectIdentifiers.id_alg_ml_kem_1024);
            KeyFactory factory =
                    postQuantum
                            ? KeyFactory.getInstance(PqEscrow.ALGORITHM, PqEscrow.PROVIDER)
                            : KeyFactory.getInstance("RSA");
            return new MasterPrivateKey(factory.generatePrivate(spec), name);
        } catch (GeneralSecurityException e) {
            throw notRsa(name);
        }
    }

    /** The stored name of the blob that this key opens. */
    public String wrappedName() {
        return key instanceof RSAPrivateCrtKey ? ArchiveName.WRAPPED_KEY : PqPublicKey.WRAPPED_KEY;
    }

    /** The modulus of an RSA key, 0 of another. */
    BigInteger modulus() {
        return key instanceof RSAPrivateCrtKey rsa ? rsa.getModulus() : BigInteger.ZERO;
    }

    /**
     * Recovers the key in a wrapped blob's content.
     *
     * @param source where that is from, for messages
     * @throws BadKey if it was wrapped for another master key, or its fingerprint does not fit
     */
    public BackupKey unwrap(byte[] wrapped, String source) {
        if (key instanceof RSAPrivateCrtKey rsa) {
            checkLength(rsa, wrapped, source);
        }
        byte[] text = null;
        try {
            text = open(wrapped);
            KeyFile file = KeyFile.parse(text);
            // Nobody writes a protected key inside; if somebody did, its passphrase is the usual.
            return KeyLock.unlock(file, source, SecretSources.ofProcess()::keyPassphrase);
        } catch (GeneralSecurityException | Damaged e) {
            throw new BadKey(
                    "master key "
                            + name
                            + " does not open the wrapped key "
                            + source
                            + "; it was wrapped for another one, or is damaged",
                    e);
        } finally {
            if (text != null) {
                Arrays.fill(text, (byte) 0);
            }
        }
    }

    private void checkLength(RSAPrivateCrtKey rsa, byte[] wrapped, String source) {
        int bytes = (rsa.getModulus().bitLength() + 7) / 8;
        if (wrapped.length != bytes) {
            throw new BadKey(
                    "the wrapped key "
                            + source
                            + " has "
                            + wrapped.length
                            + " bytes, but master key "
                            + name
                            + " wraps to "
                            + bytes
                            + "; it is of another master key");
        }
    }

    private byte[] open(byte[] wrapped) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey rsa) {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, rsa);
            return cipher.doFinal(wrapped);
        }
        return PqEscrow.open(key, wrapped);
    }
}
