package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.format.BlobKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** keys.md §6, against the official client's files and OpenSSL. */
class MasterKeyTest {
    private static byte[] passphrase() {
        return "master-password".getBytes(UTF_8);
    }

    @TempDir Path dir;

    private static MasterPrivateKey golden() {
        return MasterPrivateKey.read(Keys.golden("master-private.pem"), MasterKeyTest::passphrase);
    }

    private Path openssl(String name, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Path out = dir.resolve(name);
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(dir.resolve("openssl.log").toFile())
                        .start();
        assertThat(process.waitFor()).as(dir.resolve("openssl.log").toString()).isZero();
        return out;
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1", "key2"})
    void recoversTheKeysThatTheOfficialClientWrapped(String key) throws IOException {
        byte[] raw = Files.readAllBytes(Keys.golden(key + ".rsa-encrypted.key"));
        byte[] blob = Files.readAllBytes(Keys.golden(key + ".rsa-encrypted.key.blob"));
        assertThat(raw).hasSize(512);
        assertThat(BlobCodec.plain().decode(blob)).isEqualTo(raw);
        try (BackupKey recovered = golden().unwrap(raw, "F");
                BackupKey expected = Keys.unlock(key + "-imported-none.json")) {
            assertThat(recovered.copySecret()).isEqualTo(expected.copySecret());
            assertThat(recovered.createdSeconds()).isEqualTo(expected.createdSeconds());
        }
    }

    @Test
    void wrapsWhatOpensslUnwraps() throws Exception {
        MasterPublicKey master = MasterPublicKey.read(Keys.golden("master-public.pem"));
        assertThat(master.bits()).isEqualTo(4096);
        assertThat(master.fits(golden())).isTrue();
        byte[] wrapped = master.wrap(Keys.k0());
        assertThat(wrapped).hasSize(512);
        Path in = Files.write(dir.resolve("wrapped"), wrapped);
        Path text =
                openssl(
                        "text",
                        "pkeyutl",
                        "-decrypt",
                        "-in",
                        in.toString(),
                        "-inkey",
                        Keys.golden("master-private.pem").toString(),
                        "-passin",
                        "pass:master-password");
        assertThat(Files.readString(text)).hasSize(255).startsWith("{\"kdf\":null,\"created\":\"");
        try (BackupKey key =
                KeyLock.unlock(KeyStorage.read(text), "F", MasterKeyTest::passphrase)) {
            assertThat(key.copySecret()).isEqualTo(Keys.k0().copySecret());
        }
        try (BackupKey key = golden().unwrap(wrapped, "F")) {
            assertThat(key.copySecret()).isEqualTo(Keys.k0().copySecret());
        }
        assertThat(BlobKind.read(BlobCodec.plain().encode(wrapped, false), 524))
                .isEqualTo(BlobKind.PLAIN);
    }

    @Test
    void aNewPairIsReadByOpensslAndByUsWithAPassphraseOfAnyLetters() throws Exception {
        MasterKeyPair pair = MasterKeyPair.create("Pässwörd €".getBytes(UTF_8));
        Path priv = file("priv.pem", pair.privatePem());
        assertThat(pair.privatePem()).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        assertThat(pair.publicPem()).startsWith("-----BEGIN PUBLIC KEY-----\n");
        Path again =
                openssl(
                        "pub",
                        "pkey",
                        "-in",
                        priv.toString(),
                        "-passin",
                        "pass:Pässwörd €",
                        "-pubout");
        assertThat(again).hasContent(pair.publicPem());
        MasterPublicKey publicKey = MasterPublicKey.parse(pair.publicPem(), "P");
        MasterPrivateKey privateKey =
                MasterPrivateKey.read(priv, () -> "Pässwörd €".getBytes(UTF_8));
        assertThat(publicKey.fits(privateKey)).isTrue();
        assertThat(publicKey.fits(golden())).isFalse();
        byte[] wrapped = publicKey.wrap(Keys.k0());
        assertThatThrownBy(() -> golden().unwrap(wrapped, "F"))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("wrapped for another");
        assertThatThrownBy(() -> MasterPrivateKey.read(priv, MasterKeyTest::passphrase))
                .isInstanceOf(BadKey.class)
                .hasMessage("wrong passphrase for master key " + priv);
    }

    @Test
    void readsTheOtherFormsOfPrivateKeys() throws Exception {
        String source = Keys.golden("master-private.pem").toString();
        String pass = "pass:master-password";
        List<Path> forms =
                List.of(
                        openssl("pkcs8", "pkey", "-in", source, "-passin", pass),
                        openssl("trad", "rsa", "-in", source, "-passin", pass, "-traditional"),
                        openssl(
                                "tradenc",
                                "rsa",
                                "-in",
                                source,
                                "-passin",
                                pass,
                                "-traditional",
                                "-aes256",
                                "-passout",
                                pass),
                        openssl(
                                "scrypt",
                                "pkcs8",
                                "-topk8",
                                "-in",
                                source,
                                "-passin",
                                pass,
                                "-scrypt",
                                "-passout",
                                pass),
                        openssl(
                                "sha512",
                                "pkcs8",
                                "-topk8",
                                "-in",
                                source,
                                "-passin",
                                pass,
                                "-v2prf",
                                "hmacWithSHA512",
                                "-iter",
                                "5000",
                                "-passout",
                                pass));
        byte[] wrapped = Files.readAllBytes(Keys.golden("key1.rsa-encrypted.key"));
        for (Path form : forms) {
            try (BackupKey key =
                    MasterPrivateKey.read(form, MasterKeyTest::passphrase).unwrap(wrapped, "F")) {
                assertThat(key.fingerprint().shortForm()).isEqualTo("f5:7a:ee:38:4d:34:16:1b");
            }
        }
    }

    @Test
    void refuses2048BitsWithTheReasonAndTakes3072() throws Exception {
        for (int bits : new int[] {2048, 3072}) {
            Path priv =
                    openssl(
                            "k" + bits,
                            "genpkey",
                            "-algorithm",
                            "RSA",
                            "-pkeyopt",
                            "rsa_keygen_bits:" + bits);
            Path pub = openssl("p" + bits, "pkey", "-in", priv.toString(), "-pubout");
            if (bits == 2048) {
                assertThatThrownBy(() -> MasterPublicKey.read(pub))
                        .isInstanceOf(BadKey.class)
                        .hasMessageContaining("2048 bits")
                        .hasMessageContaining("at least 2128");
            } else {
                byte[] wrapped = MasterPublicKey.read(pub).wrap(Keys.k0());
                try (BackupKey key =
                        MasterPrivateKey.read(priv, MasterKeyTest::passphrase)
                                .unwrap(wrapped, "F")) {
                    assertThat(key.fingerprint()).isEqualTo(Keys.k0().fingerprint());
                }
            }
        }
    }

    @Test
    void saysWhatIsWrongWithOtherFiles() throws Exception {
        Path ec =
                openssl("ec", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
        Path ecPub = openssl("ecpub", "pkey", "-in", ec.toString(), "-pubout");
        Path rsaPub =
                openssl(
                        "pkcs1",
                        "rsa",
                        "-pubin",
                        "-in",
                        Keys.golden("master-public.pem").toString(),
                        "-RSAPublicKey_out");
        String text = Files.readString(Keys.golden("master-private.pem"));
        Path cut = file("cut", text.substring(0, text.length() / 2));
        Path empty = file("empty", "");
        Path json = file("json", "{\"kdf\":null}");
        Path pub = Keys.golden("master-public.pem");
        Path priv = Keys.golden("master-private.pem");
        assertPrivate(ec, "is no RSA private key");
        assertPrivate(json, "is no RSA private key");
        assertPrivate(pub, "public half");
        assertPrivate(empty, "is empty");
        assertPrivate(dir, "is a directory");
        assertPrivate(dir.resolve("none"), "there is no master key");
        assertPrivate(cut, "is no RSA private key");
        assertPublic(ecPub, "is no RSA public key");
        assertPublic(rsaPub, "is no RSA public key");
        assertPublic(json, "is no RSA public key");
        assertPublic(priv, "is a private key");
        assertPublic(empty, "is empty");
        assertPublic(dir, "is a directory");
        assertPublic(dir.resolve("none"), "there is no master public key");
    }

    private static void assertPrivate(Path path, String reason) {
        assertThatThrownBy(() -> MasterPrivateKey.read(path, MasterKeyTest::passphrase))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason);
    }

    private static void assertPublic(Path path, String reason) {
        assertThatThrownBy(() -> MasterPublicKey.read(path))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void aDamagedWrappedKeyIsRefused() throws IOException {
        byte[] raw = Files.readAllBytes(Keys.golden("key1.rsa-encrypted.key"));
        raw[100] ^= 1;
        assertThatThrownBy(() -> golden().unwrap(raw, "F")).isInstanceOf(BadKey.class);
        assertThatThrownBy(() -> golden().unwrap(new byte[384], "F"))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("384 bytes");
    }
}
