package dev.holdfast.crypto;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;

/**
 * A new master key pair in the form of keys.md §6.1, except that the passphrase is stretched with
 * 600000 iterations instead of 2048; every reader takes the count from the file.
 *
 * @param publicPem {@code BEGIN PUBLIC KEY}
 * @param privatePem {@code BEGIN ENCRYPTED PRIVATE KEY}
 */
public record MasterKeyPair(String publicPem, String privatePem) {
    private static final int BITS = 4096;
    private static final int ITERATIONS = 600_000;

    /** Makes a pair of 4096 bits, which takes some seconds; the passphrase is wiped. */
    public static MasterKeyPair create(byte[] passphrase) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(passphrase));
        char[] chars = new char[decoded.remaining()];
        decoded.get(chars);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(BITS, RSAKeyGenParameterSpec.F4));
            KeyPair pair = generator.generateKeyPair();
            OutputEncryptor encryptor =
                    new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                            .setProvider(new BouncyCastleProvider())
                            .setPRF(
                                    new AlgorithmIdentifier(
                                            PKCSObjectIdentifiers.id_hmacWithSHA256,
                                            DERNull.INSTANCE))
                            .setIterationCount(ITERATIONS)
                            .setPassword(chars)
                            .build();
            PrivateKeyInfo privateKey = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
            return new MasterKeyPair(
                    pem(SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded())),
                    pem(new PKCS8Generator(privateKey, encryptor)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("RSA and PBES2 are available everywhere", e);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
            Arrays.fill(decoded.array(), '\0');
            Arrays.fill(chars, '\0');
        }
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException("a string can be written to", e);
        }
        return text.toString();
    }
}
