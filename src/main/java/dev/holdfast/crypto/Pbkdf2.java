package dev.holdfast.crypto;

import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * PBKDF2-HMAC-SHA256 over raw bytes. The JDK's takes characters only; Bouncy Castle's takes bytes.
 * 65535 iterations take some 50 ms.
 */
final class Pbkdf2 {
    private Pbkdf2() {}

    static byte[] sha256(byte[] password, byte[] salt, int iterations, int lengthBytes) {
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
        generator.init(password, salt, iterations);
        return ((KeyParameter) generator.generateDerivedParameters(8 * lengthBytes)).getKey();
    }
}
