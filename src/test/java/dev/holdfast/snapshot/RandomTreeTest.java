package dev.holdfast.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.FormatException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RandomTreeTest {

    @Property(tries = 150)
    void readsWhatItWrote(@ForAll long seed) {
        RandomTree tree = new RandomTree(seed, 25);
        ArchiveReader archive =
                ArchiveReader.split(ByteSource.of(tree.metadata()), ByteSource.of(tree.payload()));
        Describer scanned = new Describer(archive);
        ArchiveScanner.scan(archive, scanned);
        assertThat(scanned.lines()).isEqualTo(tree.lines());

        Describer walked = new Describer(archive);
        walked.walk(archive.root());
        assertThat(walked.lines())
                .isEqualTo(
                        tree.lines().stream()
                                .map(
                                        line ->
                                                line.replaceFirst(
                                                        "Target\\[offset=(\\d+), .*", "to $1"))
                                .toList());
    }

    /**
     * Whatever a byte is changed to, reading ends, and if it fails it says that the archive is
     * damaged; nothing else may come out of it.
     */
    @Test
    void survivesEveryFlippedBitOfASplitArchive() {
        RandomTree tree = smallTree();
        byte[] metadata = tree.metadata();
        int[] outcomes = new int[3];
        for (int i = 0; i < metadata.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                metadata[i] ^= (byte) (1 << bit);
                outcomes[outcome(metadata, tree)]++;
                metadata[i] ^= (byte) (1 << bit);
            }
        }
        assertThat(outcomes[SAME]).as("flips nobody sees").isLessThan(metadata.length);
        assertThat(outcomes[REFUSED]).isGreaterThan(metadata.length);
        assertThat(outcomes[DIFFERENT]).isPositive();
    }

    @Test
    void survivesRandomDamage() {
        RandomTree tree = smallTree();
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 5000; round++) {
            byte[] metadata = tree.metadata();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = random.nextInt(metadata.length);
                int length = Math.min(1 + random.nextInt(16), metadata.length - at);
                switch (random.nextInt(3)) {
                    case 0 -> Arrays.fill(metadata, at, at + length, (byte) 0);
                    case 1 -> Arrays.fill(metadata, at, at + length, (byte) -1);
                    default ->
                            System.arraycopy(
                                    tree.metadata(),
                                    random.nextInt(metadata.length - length),
                                    metadata,
                                    at,
                                    length);
                }
            }
            outcome(metadata, tree);
        }
    }

    @Test
    void refusesEveryArchiveCutShort() {
        RandomTree tree = smallTree();
        byte[] whole = tree.metadata();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(outcome(cut, tree)).isEqualTo(REFUSED);
        }
    }

    @Test
    void refusesContentThatThePayloadStreamDoesNotHave() {
        RandomTree tree = smallTree();
        byte[] payload = tree.payload();
        for (int length = 0; length < payload.length - 16; length += 7) {
            byte[] cut = Arrays.copyOf(payload, length);
            ArchiveReader archive =
                    ArchiveReader.split(ByteSource.of(tree.metadata()), ByteSource.of(cut));
            assertThatThrownBy(() -> ArchiveScanner.scan(archive, new Describer(archive)))
                    .isInstanceOf(FormatException.class);
        }
    }

    private static final int SAME = 0;
    private static final int DIFFERENT = 1;
    private static final int REFUSED = 2;

    private static int outcome(byte[] metadata, RandomTree tree) {
        List<String> scan;
        boolean refused = false;
        try {
            ArchiveReader archive =
                    ArchiveReader.split(ByteSource.of(metadata), ByteSource.of(tree.payload()));
            try {
                new Describer(archive).walk(archive.root());
            } catch (FormatException e) {
                refused = true;
            }
            Describer scanned = new Describer(archive);
            ArchiveScanner.scan(archive, scanned);
            scan = scanned.lines();
        } catch (FormatException e) {
            return REFUSED;
        }
        if (refused) {
            return REFUSED;
        }
        return scan.equals(tree.lines()) ? SAME : DIFFERENT;
    }

    /** A tree of a few kilobytes that has every kind of entry. */
    private static RandomTree smallTree() {
        for (long seed = 0; ; seed++) {
            RandomTree tree = new RandomTree(seed, 9);
            String all = String.join("\n", tree.lines());
            if (tree.metadata().length < 4000
                    && tree.lines().stream().filter("leave"::equals).count() > 3
                    && all.contains("link ")
                    && all.contains("Device")
                    && all.contains("FIFO")
                    && all.contains("SOCKET")
                    && all.contains("user.")
                    && all.contains("Defaults")) {
                return tree;
            }
        }
    }
}
