package dev.holdfast.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of datastore.md §2 and §3. */
class IndexTest {
    private static final byte[] UUID = new byte[16];
    private static final Digest HELLO =
            Digest.parse("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    private static final Digest WORLD =
            Digest.parse("711e9609339e92b03ddc0a211827dba421f38f9ed8b9d806e1ffdd8c15ffa03d");
    private static final Digest ZEROS =
            Digest.parse("bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8");

    private static byte[] dynamic() {
        DynamicIndex.Builder index = new DynamicIndex.Builder();
        index.add(HELLO, 5);
        index.add(WORLD, 6);
        return index.encode(UUID, 0x1122334455L);
    }

    private static byte[] fixed() {
        FixedIndex.Builder index = new FixedIndex.Builder();
        index.add(ZEROS, 4 << 20);
        index.add(HELLO, 5);
        return index.encode(UUID, 7);
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }

    @Test
    void dynamicIndexIsThatOfTheSpecification() {
        byte[] file = dynamic();
        assertThat(file).hasSize(4176);
        assertThat(hex(file, 0, 8)).isEqualTo("1c914ea519bab3cd");
        assertThat(hex(file, 24, 32)).isEqualTo("5544332211000000");
        assertThat(hex(file, 32, 64))
                .isEqualTo("e9ae90d5e0be2b61c3975d5e128ee065c5691462150ad9b37567ee80acd823ce");
        assertThat(hex(file, 4096, 4176))
                .isEqualTo("0500000000000000" + HELLO + "0b00000000000000" + WORLD);
        DynamicIndex read = DynamicIndex.parse(file);
        assertThat(read.sizeBytes()).isEqualTo(11);
        assertThat(read.checksum().hex()).startsWith("e9ae90d5");
        assertThat(read.digest(1)).isEqualTo(WORLD);
        assertThat(read.chunkBytes(1)).isEqualTo(6);
    }

    @Test
    void fixedIndexIsThatOfTheSpecification() {
        byte[] file = fixed();
        assertThat(file).hasSize(4160);
        assertThat(hex(file, 0, 8)).isEqualTo("2f7f41ed91fd0fcd");
        assertThat(hex(file, 32, 64))
                .isEqualTo("1d77917af4c67365bbe8f81698b464912c59b4261bbe4ee013b7243f2ab57ef1");
        assertThat(hex(file, 64, 80)).isEqualTo("05004000000000000000400000000000");
        FixedIndex read = FixedIndex.parse(file);
        assertThat(read.sizeBytes()).isEqualTo(4194309);
        assertThat(read.chunkBytes(0)).isEqualTo(4 << 20);
        assertThat(read.chunkBytes(1)).isEqualTo(5);
        assertThat(read.digest(1)).isEqualTo(HELLO);
    }

    @Test
    void findsTheChunkOfEveryOffset() {
        DynamicIndex dynamic = DynamicIndex.parse(dynamic());
        FixedIndex fixed = FixedIndex.parse(fixed());
        for (int offset = 0; offset < 11; offset++) {
            assertThat(dynamic.chunkAt(offset)).isEqualTo(offset < 5 ? 0 : 1);
        }
        assertThat(fixed.chunkAt(4194303)).isZero();
        assertThat(fixed.chunkAt(4194304)).isEqualTo(1);
        for (long outside : new long[] {-1, 11, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> dynamic.chunkAt(outside))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> fixed.chunkAt(4194309))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesDynamicIndexesCutAnywhere() {
        byte[] file = dynamic();
        for (int length = 0; length < file.length; length++) {
            if (length == 4136) {
                continue; // One entry less is a valid index.
            }
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> DynamicIndex.parse(cut)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void refusesDynamicEntriesThatDoNotIncreaseOrAreTooLarge() {
        for (long end : new long[] {5, 4, 0, -1, 5 + (16 << 20) + 1, Long.MIN_VALUE}) {
            byte[] file = dynamic();
            Bytes.putLong(file, 4136, end);
            assertThatThrownBy(() -> DynamicIndex.parse(file)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void refusesFixedIndexesWhoseSizesDoNotFit() {
        for (long[] sizes :
                new long[][] {
                    {4194309, 0},
                    {4194309, 3 << 20},
                    {4194309, 32 << 20},
                    {4194309, Long.MIN_VALUE},
                    {4194304, 4 << 20},
                    {8388609, 4 << 20},
                    {0, 4 << 20},
                    {-1, 4 << 20},
                }) {
            byte[] file = fixed();
            Bytes.putLong(file, 64, sizes[0]);
            Bytes.putLong(file, 72, sizes[1]);
            assertThatThrownBy(() -> FixedIndex.parse(file)).isInstanceOf(FormatException.class);
        }
        byte[] cut = Arrays.copyOf(fixed(), 4159);
        assertThatThrownBy(() -> FixedIndex.parse(cut)).isInstanceOf(FormatException.class);
    }

    @Test
    void willNotWriteAnIndexThatNobodyCanRead() {
        assertThatThrownBy(() -> new DynamicIndex.Builder().encode(UUID, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new FixedIndex.Builder().encode(UUID, 0))
                .isInstanceOf(IllegalStateException.class);
        FixedIndex.Builder afterShort = new FixedIndex.Builder();
        afterShort.add(HELLO, 5);
        assertThatThrownBy(() -> afterShort.add(HELLO, 5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
