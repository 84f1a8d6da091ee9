package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PqEscrowTest {
    @TempDir Path dir;

    private static MasterPrivateKey privateKey(MasterKeyPair pair) {
        return MasterPrivateKey.parse(pair.privatePem(), "P", () -> "passphrase".getBytes(UTF_8));
    }

    private PqPublicKey publicKey(MasterKeyPair pair) throws IOException {
        return PqPublicKey.read(Files.writeString(dir.resolve("pub.pem"), pair.publicPem()));
    }

    @Test
    void onlyThePrivateHalfUnwrapsAndEveryChangeIsNoticed() throws IOException {
        MasterKeyPair pair = MasterKeyPair.createPostQuantum("passphrase".getBytes(UTF_8));
        MasterPrivateKey mine = privateKey(pair);
        PqPublicKey escrow = publicKey(pair);
        byte[] wrapped = escrow.wrap(Keys.k0());
        assertThat(mine.wrappedName()).isEqualTo(escrow.wrappedName());
        assertThat(wrapped).hasSize(1608 + 255);
        assertThat(escrow.wrap(Keys.k0())).isNotEqualTo(wrapped);
        try (BackupKey key = mine.unwrap(wrapped, "W")) {
            assertThat(key.copySecret()).isEqualTo(Keys.k0().copySecret());
        }
        for (int at : new int[] {0, 8, 900, 1575, 1576, 1592, 1608, wrapped.length - 1}) {
            byte[] altered = wrapped.clone();
            altered[at] ^= 1;
            assertBad(mine, altered);
        }
        assertBad(mine, new byte[100]);
        assertBad(
                privateKey(MasterKeyPair.createPostQuantum("passphrase".getBytes(UTF_8))), wrapped);
        assertBad(mine, MasterPublicKey.read(Keys.golden("master-public.pem")).wrap(Keys.k0()));
        MasterPrivateKey again = MasterPrivateKey.decode(mine.encode(), "again");
        again.unwrap(wrapped, "W").close();
    }

    private static void assertBad(MasterPrivateKey key, byte[] wrapped) {
        assertThatThrownBy(() -> key.unwrap(wrapped, "W"))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("does not open the wrapped key W");
    }

    @Test
    void anRsaKeyIsNoPostQuantumKeyAndTheOtherWayRound() throws IOException {
        assertThatThrownBy(() -> PqPublicKey.read(Keys.golden("master-public.pem")))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("no ML-KEM-1024 public key");
        assertThatThrownBy(() -> PqPublicKey.read(dir.resolve("none")))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("there is no");
        MasterKeyPair pair = MasterKeyPair.createPostQuantum("passphrase".getBytes(UTF_8));
        assertThatThrownBy(() -> MasterPublicKey.parse(pair.publicPem(), "P"))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("no RSA public key");
    }
}
