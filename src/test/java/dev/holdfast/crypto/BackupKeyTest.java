package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.bouncycastle.crypto.generators.SCrypt;
import org.junit.jupiter.api.Test;

/** keys.md §1 and §7.2. */
class BackupKeyTest {
    private static String plain(byte[] content) {
        return ContentDigest.plain(content, 0, content.length).hex();
    }

    @Test
    void derivesWhatTheSpecificationSays() {
        try (BackupKey key = Keys.k0()) {
            byte[] hello = "hello".getBytes(US_ASCII);
            byte[] zeros = new byte[4 << 20];
            assertThat(key.fingerprint().value().hex())
                    .isEqualTo("0eabd4460b6eb9ca345023dee2b778c790e54a1683b9659c0a57ae199090159b");
            assertThat(key.digest(hello, 0, 5).hex())
                    .isEqualTo("e34178a27b992c4a218599bf7f43ed50bc464a03d624d9092306fe2ed74d557e");
            assertThat(plain(hello))
                    .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
            assertThat(key.digest(zeros, 0, zeros.length).hex())
                    .isEqualTo("348571e12bbbedb529def1f1394316e338a01945d871df9ef792617ceb13d636");
            assertThat(plain(zeros))
                    .isEqualTo("bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8");
        }
    }

    @Test
    void derivesTheIdKeyWithTenIterations() {
        byte[] secret = new byte[32];
        for (int i = 0; i < 32; i++) {
            secret[i] = (byte) i;
        }
        assertThat(
                        HexFormat.of()
                                .formatHex(
                                        Pbkdf2.sha256(
                                                secret, "_id_key".getBytes(US_ASCII), 10, 32)))
                .isEqualTo("7c2c013efd07f3b25717a485263343cd4d292a4b65c200bb3b18ea227abe225c");
    }

    @Test
    void signsTheExampleManifest() {
        byte[] secret = SCrypt.generate("test".getBytes(US_ASCII), new byte[0], 65536, 8, 1, 32);
        assertThat(HexFormat.of().formatHex(secret))
                .isEqualTo("28cdb1a3bef39396c3860e00d448fe7a0efd8244486ab6feb30457681d31597e");
        byte[] canonical =
                ("{\"backup-id\":\"elsa\",\"backup-time\":1593179765,\"backup-type\":\"host\",\"files\":[{\"crypt-mode\":\"encrypt\",\"csum\":\""
                                + "01".repeat(32)
                                + "\",\"filename\":\"test1.img.fidx\",\"size\":200},{\"crypt-mode\":\"none\",\"csum\":\""
                                + "02".repeat(32)
                                + "\",\"filename\":\"abc.blob\",\"size\":200}]}")
                        .getBytes(UTF_8);
        try (BackupKey key = new BackupKey(secret, 0)) {
            String signature = "d7b446fb7db081662081d4b40fedd858a1d6307a5aff4ecff7d5bf4fd35679e9";
            assertThat(key.sign(canonical)).isEqualTo(signature);
            assertThat(key.fingerprint().longForm())
                    .isEqualTo(
                            "12:b9:b7:74:bb:3d:89:95:2b:97:cb:c2:82:f0:0c:14:2b:83:ba:7f:96:62:6a:a1:5a:44:9a:63:e8:91:fe:25");
            assertThat(key.verifies(canonical, signature)).isTrue();
            canonical[40] ^= 1;
            assertThat(key.verifies(canonical, signature)).isFalse();
        }
    }

    @Test
    void takesOnlyKeysOf32Bytes() {
        assertThatThrownBy(() -> new BackupKey(new byte[31], 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wipesTheSecretOnClosing() {
        byte[] secret = new byte[32];
        secret[5] = 9;
        new BackupKey(secret, 0).close();
        assertThat(secret).containsOnly(0);
    }

    @Test
    void showsOnlyTheFingerprint() {
        assertThat(Keys.k0()).hasToString("key 0e:ab:d4:46:0b:6e:b9:ca");
    }
}
