package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.generators.SCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** keys.md §2.1 to §2.5, and the key files that the official client made. */
class KeyLockTest {
    private static final byte[] SALT =
            HexFormat.of()
                    .parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final Kdf SCRYPT = new Kdf.Scrypt(65536, 8, 1, SALT);
    private static final Kdf PBKDF2 = new Kdf.Pbkdf2(65535, SALT);
    private static final String SCRYPT_DATA =
            "ICEiIyQlJicoKSorLC0uL8iLdxUv4v4+92jNrs0QNtNgOjzSc95BDFpt7YjseYAu/Hw9xPjt8mkwOTESBdpf6Q==";
    private static final String PBKDF2_DATA =
            "ICEiIyQlJicoKSorLC0uL99xdPavlTg3JFL9+aUaStdM+gIoIijfqpisKd81LtVIaGtfPhffG2otW6LDCWZC1g==";

    private static KeyFile file(Kdf kdf, String data) {
        return new KeyFile(
                kdf,
                0,
                0,
                Base64.getDecoder().decode(data),
                Optional.of(Keys.k0().fingerprint()),
                Optional.empty());
    }

    private static KeyLock.PassphraseSource typing(String passphrase) {
        return () -> passphrase.getBytes(UTF_8);
    }

    @Test
    void derivesTheKeysOfTheSpecification() {
        byte[] passphrase = "hunter2".getBytes(US_ASCII);
        assertThat(HexFormat.of().formatHex(SCrypt.generate(passphrase, SALT, 65536, 8, 1, 32)))
                .isEqualTo("433f5f8e9a300abb73632a3c0b7d698be7b9ed1439451b2d76d40d66486f70cf");
        assertThat(HexFormat.of().formatHex(Pbkdf2.sha256(passphrase, SALT, 65535, 32)))
                .isEqualTo("d516995f538b33dc7bb645051b5127a71c3a4114bc32ebd6fc76e3d985cb804e");
    }

    @Test
    void unlocksTheExamplesOfTheSpecification() {
        for (KeyFile file : new KeyFile[] {file(SCRYPT, SCRYPT_DATA), file(PBKDF2, PBKDF2_DATA)}) {
            try (BackupKey key = KeyLock.unlock(file, "example", typing("hunter2"))) {
                assertThat(key.copySecret()).isEqualTo(Keys.k0().copySecret());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "key2-scrypt.json, key2-changed-to-none.json",
        "key2-changed-pw.json, key2-imported-none.json",
        "key3-pbkdf2.json, key3-changed-to-none.json",
        "key1-imported-scrypt.json, key1-none.json",
        "key1-imported-none.json, key1-none.json",
    })
    void unlocksWhatTheOfficialClientLocked(String locked, String open) {
        try (BackupKey a = Keys.unlock(locked);
                BackupKey b = Keys.unlock(open)) {
            assertThat(a.copySecret()).isEqualTo(b.copySecret());
            assertThat(KeyStorage.read(Keys.golden(locked)).fingerprint())
                    .contains(b.fingerprint());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scrypt", "pbkdf2", "none"})
    void locksSoThatItUnlocks(String kdf) {
        KeyFile file =
                KeyLock.lock(
                        Keys.k0(),
                        KeyLock.newKdf(kdf),
                        "pässword".getBytes(UTF_8),
                        5,
                        Optional.of("hint"));
        assertThat(file.kdf().text()).isEqualTo(kdf);
        assertThat(file.createdSeconds()).isEqualTo(1767323045L);
        assertThat(file.modifiedSeconds()).isEqualTo(5);
        KeyFile read = KeyFile.parse(file.encode(java.time.ZoneOffset.UTC));
        try (BackupKey key = KeyLock.unlock(read, "k", typing("pässword"))) {
            assertThat(key.copySecret()).isEqualTo(Keys.k0().copySecret());
        }
    }

    @Test
    void newKeysHaveTheParametersOfTheOfficialClientAndFreshSalts() {
        Kdf.Scrypt scrypt = (Kdf.Scrypt) KeyLock.newKdf("scrypt");
        assertThat(new int[] {scrypt.n(), scrypt.r(), scrypt.p(), scrypt.salt().length})
                .containsExactly(65536, 8, 1, 32);
        assertThat(((Kdf.Scrypt) KeyLock.newKdf("scrypt")).salt()).isNotEqualTo(scrypt.salt());
        Kdf.Pbkdf2 pbkdf2 = (Kdf.Pbkdf2) KeyLock.newKdf("pbkdf2");
        assertThat(pbkdf2.iterations()).isEqualTo(65535);
        assertThat(pbkdf2.salt()).hasSize(32);
    }

    @Test
    void aWrongPassphraseIsSaidWithTheHint() {
        KeyFile file = KeyStorage.read(Keys.golden("key2-scrypt.json"));
        assertThatThrownBy(() -> KeyLock.unlock(file, "F", typing("Correct horse")))
                .isInstanceOf(BadKey.class)
                .hasMessage("wrong passphrase for key F (hint: the xkcd one)");
    }

    @Test
    void countsTheBytesOfAPassphraseNotItsCharacters() {
        KeyFile four = file(PBKDF2, PBKDF2_DATA);
        assertThatThrownBy(() -> KeyLock.unlock(four, "F", typing("ööa".substring(1) + "b")))
                .hasMessageContaining("too short");
        // Five bytes in three characters are enough; this one is merely wrong.
        assertThatThrownBy(() -> KeyLock.unlock(four, "F", typing("ööa")))
                .hasMessageContaining("wrong passphrase");
    }

    @Test
    void aFingerprintOfAnotherKeyIsDamage() {
        KeyFile mixed =
                new KeyFile(
                        new Kdf.None(),
                        0,
                        0,
                        Keys.k0().copySecret(),
                        KeyStorage.read(Keys.golden("key1-none.json")).fingerprint(),
                        Optional.empty());
        assertThatThrownBy(() -> KeyLock.unlock(mixed, "F", typing("")))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("f5:7a:ee:38:4d:34:16:1b")
                .hasMessageContaining("0e:ab:d4:46:0b:6e:b9:ca");
    }

    @Test
    void wipesThePassphrase() {
        byte[] passphrase = "hunter2".getBytes(UTF_8);
        KeyLock.unlock(file(PBKDF2, PBKDF2_DATA), "F", () -> passphrase);
        assertThat(passphrase).containsOnly(0);
        byte[] another = "hunter2".getBytes(UTF_8);
        KeyLock.lock(Keys.k0(), PBKDF2, another, 0, Optional.empty());
        assertThat(another).containsOnly(0);
    }
}
