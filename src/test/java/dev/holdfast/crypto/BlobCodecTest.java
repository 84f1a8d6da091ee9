package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Digest;
import dev.holdfast.format.FormatException;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** datastore.md §1. */
class BlobCodecTest {
    private static final BackupKey KEY = Keys.k0();
    private static final BlobCodec PLAIN = BlobCodec.plain();
    private static final BlobCodec SEALED = BlobCodec.encrypting(KEY);
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);
    private static final byte[] RUNS =
            HexFormat.of()
                    .parseHex(
                            "00".repeat(10)
                                    + "01".repeat(10)
                                    + "02".repeat(10)
                                    + "03".repeat(10)
                                    + "04".repeat(10));

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static final byte[] PLAIN_HELLO = hex("42ab3807be8370a1 86a61036 68656c6c6f");
    private static final byte[] SEALED_HELLO =
            hex(
                    "7b6785be222d4cf0 93a6a883 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf 9df2249feea0c8e5eead5edf2badeb28 42c64fd077");
    private static final byte[] PACKED_RUNS =
            hex(
                    "31b958426fb6a37f a3c87d76 28b52ffd2032cd00007800000102030404040404040404040404100045ca1546b401");
    private static final byte[] SEALED_RUNS =
            hex(
                    "e6591bbf0bbfd80b 019d0e06 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf fa85aa29cbbb1f83a793a0306f6d07c9"
                            + "02160c4138ff0076c3e61fb1ec168e948641477d7a3055a8f9167ab65cff33c1b890");

    @Test
    void writesThePlainExample() {
        assertThat(PLAIN.encode(HELLO, true)).isEqualTo(PLAIN_HELLO);
    }

    @Test
    void readsAllExamples() {
        assertThat(SEALED.decode(PLAIN_HELLO)).isEqualTo(HELLO);
        assertThat(SEALED.decode(SEALED_HELLO)).isEqualTo(HELLO);
        assertThat(SEALED.decode(PACKED_RUNS)).isEqualTo(RUNS);
        assertThat(SEALED.decode(SEALED_RUNS)).isEqualTo(RUNS);
    }

    @Test
    void namesTheExampleContent() {
        assertThat(PLAIN.digest(RUNS, 0, 50).hex())
                .isEqualTo("c8b59f3093e5268919b92e8e91074d14205c1ae70fac35aec7021603c9e3b63f");
        assertThat(SEALED.digest(RUNS, 0, 50).hex())
                .isEqualTo("3e8441948e44851a37d5f79933bedc210de3932d143269c42836cfe098015d4e");
    }

    @Test
    void leavesTheBlobAloneWhenOpeningIt() {
        byte[] blob = SEALED_HELLO.clone();
        SEALED.decode(blob);
        assertThat(blob).isEqualTo(SEALED_HELLO);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        for (int bit = 0; bit < 8 * SEALED_RUNS.length; bit++) {
            byte[] altered = SEALED_RUNS.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> SEALED.decode(altered)).isInstanceOf(Damaged.class);
        }
    }

    @Test
    void everyCutIsNoticed() {
        for (byte[] blob : new byte[][] {PLAIN_HELLO, SEALED_HELLO, PACKED_RUNS, SEALED_RUNS}) {
            for (int length = 0; length < blob.length; length++) {
                byte[] cut = Arrays.copyOf(blob, length);
                assertThatThrownBy(() -> SEALED.decode(cut)).isInstanceOf(Damaged.class);
            }
        }
    }

    @Test
    void encryptedWithoutAKeyIsAKeyProblem() {
        assertThatThrownBy(() -> PLAIN.decode(SEALED_HELLO)).isInstanceOf(BadKey.class);
    }

    @Test
    void contentAboveTheBoundIsRefused() {
        byte[] bomb = PLAIN.encode(new byte[1 << 20], true);
        assertThat(bomb.length).isLessThan(1000);
        assertThatThrownBy(() -> PLAIN.decode(bomb, bomb.length, 1000)).isInstanceOf(Damaged.class);
        assertThatThrownBy(() -> PLAIN.decode(PLAIN_HELLO, PLAIN_HELLO.length, 4))
                .isInstanceOf(Damaged.class);
    }

    @Test
    void aChunkOfTheOtherSortIsRefused() {
        Digest keyed = SEALED.digest(HELLO, 0, 5);
        Digest bare = PLAIN.digest(HELLO, 0, 5);
        assertThat(SEALED.decodeChunk(SEALED_HELLO, 49, keyed, 5, true)).isEqualTo(HELLO);
        assertThat(SEALED.decodeChunk(PLAIN_HELLO, 17, bare, 5, false)).isEqualTo(HELLO);
        assertThatThrownBy(() -> SEALED.decodeChunk(PLAIN_HELLO, 17, keyed, 5, true))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("not encrypted");
        assertThatThrownBy(() -> SEALED.decodeChunk(SEALED_HELLO, 49, bare, 5, false))
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> SEALED.decodeChunk(SEALED_HELLO, 49, bare, 5, true))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("digest");
        assertThatThrownBy(() -> SEALED.decodeChunk(SEALED_HELLO, 49, keyed, 6, true))
                .isInstanceOf(FormatException.class);
    }

    @Property(tries = 100)
    void whatIsEncodedIsDecoded(
            @ForAll byte[] content, @ForAll boolean compress, @ForAll boolean encrypt) {
        BlobCodec codec = encrypt ? SEALED : PLAIN;
        byte[] blob = codec.encode(content, compress);
        assertThat(codec.decode(blob)).isEqualTo(content);
        assertThat(BlobKind.read(blob, blob.length).encrypted()).isEqualTo(encrypt);
        assertThat(blob.length).isLessThanOrEqualTo(content.length + (encrypt ? 44 : 12));
    }

    @Test
    void compressesWhereItHelpsAndNeverForNothing() {
        assertThat(BlobKind.read(PLAIN.encode(new byte[0], true), 12)).isEqualTo(BlobKind.PLAIN);
        byte[] zeros = SEALED.encode(new byte[4 << 20], true);
        assertThat(BlobKind.read(zeros, zeros.length)).isEqualTo(BlobKind.COMPRESSED_ENCRYPTED);
        assertThat(zeros.length).isLessThan(1000);
    }

    @Test
    void sealsTheSameContentDifferentlyEachTime() {
        assertThat(SEALED.encode(HELLO, false)).isNotEqualTo(SEALED.encode(HELLO, false));
    }
}
