package dev.holdfast.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.ItemType;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** {@link ArchiveScanner#check}: one pass proves what looking up every name proves. */
class ArchiveCheckTest {
    private static final ArchiveVisitor NOBODY =
            new ArchiveVisitor() {
                @Override
                public void enterDirectory(Entry directory) {}

                @Override
                public void entry(Entry entry) {}

                @Override
                public void hardLink(HardLink link) {}

                @Override
                public void leaveDirectory() {}
            };

    /** A tree of some kilobytes with directories in directories. */
    private static RandomTree someTree() {
        for (long seed = 0; ; seed++) {
            RandomTree tree = new RandomTree(seed, 25);
            if (tree.metadata().length < 6000
                    && tree.lines().stream().filter("leave"::equals).count() > 3) {
                return tree;
            }
        }
    }

    private static ArchiveReader open(byte[] metadata, RandomTree tree) {
        return ArchiveReader.split(ByteSource.of(metadata), ByteSource.of(tree.payload()));
    }

    @Property(tries = 100)
    void acceptsWhatWasWritten(@ForAll long seed) {
        RandomTree tree = new RandomTree(seed, 25);
        ArchiveScanner.check(open(tree.metadata(), tree), NOBODY);
    }

    /** Finds every name by the tables, as a mount does. */
    private static void lookUpAll(ArchiveReader archive, DirectoryReader directory) {
        for (var children = directory.list(); children.hasNext(); ) {
            Entry child = children.next();
            assertThat(directory.lookup(child.name()))
                    .hasValueSatisfying(
                            found -> assertThat(found.nameOffset()).isEqualTo(child.nameOffset()));
            if (child.isDirectory()) {
                lookUpAll(archive, archive.open(child));
            }
        }
    }

    @Test
    void whatPassesIsFoundByLookups() {
        RandomTree tree = someTree();
        byte[] metadata = tree.metadata();
        int passed = 0;
        for (int i = 0; i < metadata.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                metadata[i] ^= (byte) (1 << bit);
                Optional<ArchiveReader> archive = passing(metadata, tree);
                if (archive.isPresent()) {
                    passed++;
                    lookUpAll(archive.get(), archive.get().root());
                }
                metadata[i] ^= (byte) (1 << bit);
            }
        }
        // Times, modes, contents of attributes: nothing that a lookup depends on.
        assertThat(passed).isBetween(metadata.length / 8, metadata.length * 7);
    }

    private static Optional<ArchiveReader> passing(byte[] metadata, RandomTree tree) {
        try {
            ArchiveReader archive = open(metadata, tree);
            ArchiveScanner.check(archive, NOBODY);
            return Optional.of(archive);
        } catch (FormatException e) {
            return Optional.empty();
        }
    }

    /** Every row in turn says another hash, another place or, of a directory, another end. */
    @Test
    void findsEveryRowThatMisleads() {
        RandomTree tree = someTree();
        byte[] metadata = tree.metadata();
        int rows = 0;
        int ends = 0;
        for (int at = 0; at + 16 <= metadata.length; at++) {
            if (Bytes.getLong(metadata, at) != ItemType.GOODBYE
                    || Bytes.getLong(metadata, at + 8) > metadata.length - at) {
                continue;
            }
            int count = (int) ((Bytes.getLong(metadata, at + 8) - 16) / GoodbyeTable.ROW_BYTES) - 1;
            for (int row = 0; row < count; row++) {
                int off = at + 16 + row * GoodbyeTable.ROW_BYTES;
                assertRefused(metadata, tree, off);
                assertRefused(metadata, tree, off + 8);
                rows++;
                if (isDirectory(tree, at - Bytes.getLong(metadata, off + 8))) {
                    assertRefused(metadata, tree, off + 16);
                    ends++;
                }
            }
        }
        assertThat(rows).isGreaterThan(5);
        assertThat(ends).isPositive();
    }

    private static boolean isDirectory(RandomTree tree, long nameOffset) {
        boolean[] found = new boolean[1];
        ArchiveScanner.scan(
                open(tree.metadata(), tree),
                new ArchiveVisitor() {
                    @Override
                    public void enterDirectory(Entry directory) {
                        assertThat(directory.body()).isInstanceOf(Body.Directory.class);
                        found[0] |= directory.nameOffset() == nameOffset;
                    }

                    @Override
                    public void entry(Entry entry) {}

                    @Override
                    public void hardLink(HardLink link) {}

                    @Override
                    public void leaveDirectory() {}
                });
        return found[0];
    }

    private static void assertRefused(byte[] metadata, RandomTree tree, int at) {
        metadata[at] ^= 2;
        assertThatThrownBy(() -> ArchiveScanner.check(open(metadata, tree), NOBODY))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("goodbye");
        metadata[at] ^= 2;
    }
}
