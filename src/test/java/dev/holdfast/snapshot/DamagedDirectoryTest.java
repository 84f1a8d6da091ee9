package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Damaged;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged part of the metadata costs the entries that lie in it, and no others. */
class DamagedDirectoryTest {
    private static final int ENTRIES = 1500;

    private static byte[] archive;

    /** Offsets between which an entry's own items lie, by its name. */
    private static final Map<String, long[]> EXTENTS = new LinkedHashMap<>();

    private static long goodbyeOffset;

    /** A root of files, directories of three files, and second names of the files before them. */
    @BeforeAll
    static void write() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EntryMetadata file = metadata(Stat.REGULAR | 0644);
        EntryMetadata directory = metadata(Stat.DIRECTORY | 0755);
        MetadataWriter writer = MetadataWriter.begin(out::write, directory, Optional.empty());
        long payload = 16;
        long lastFile = 0;
        for (int i = 0; i < ENTRIES; i++) {
            if (i % 10 == 8) {
                writer.enterDirectory(name(i), directory);
                for (int j = 0; j < 3; j++, payload += 16) {
                    writer.file(name(j), file, new Body.Regular(payload, 0), true);
                }
                writer.leaveDirectory();
            } else if (i % 10 == 9) {
                writer.hardLink(name(i), lastFile, name(i - 2));
            } else {
                lastFile = writer.file(name(i), file, new Body.Regular(payload, 0), true);
                payload += 16;
            }
        }
        writer.finish();
        archive = out.toByteArray();
        measure();
    }

    /** How far an entry has to be readable: a directory only up to its first child's header. */
    private static void measure() {
        DirectoryReader root = open(ByteSource.of(archive)).root();
        DirectoryListing listing = root.list();
        while (listing.hasNext()) {
            Entry entry = listing.next();
            long end =
                    entry.body() instanceof Body.Directory directory
                            ? directory.childrenOffset() + 16
                            : listing.position();
            EXTENTS.put(text(entry), new long[] {entry.nameOffset(), end, entry.filenameOffset()});
        }
        goodbyeOffset = root.table().goodbyeOffset();
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 0, 0, 1_700_000_000, 0));
    }

    private static byte[] name(int i) {
        return String.format("entry-%06d", i).getBytes(UTF_8);
    }

    private static String text(Entry entry) {
        return new String(entry.name(), UTF_8);
    }

    private static ArchiveReader open(ByteSource metadata) {
        return ArchiveReader.split(metadata, ByteSource.of(new byte[0]));
    }

    /** The archive in blocks of that size, one of which cannot be read. */
    private record Blocks(int blockBytes, long bad) implements ByteSource {
        @Override
        public long size() {
            return archive.length;
        }

        @Override
        public void read(long offset, byte[] dst, int off, int len) {
            if (len > 0 && offset / blockBytes <= bad && (offset + len - 1) / blockBytes >= bad) {
                throw new Damaged("block " + bad);
            }
            System.arraycopy(archive, (int) offset, dst, off, len);
        }

        @Override
        public long blockEnd(long offset) {
            return Math.min(size(), (offset / blockBytes + 1) * blockBytes);
        }

        boolean holds(long from, long to) {
            return to > bad * blockBytes && from < (bad + 1) * blockBytes;
        }
    }

    /** Names whose items, and those of the file they are a second name of, are in good blocks. */
    private static List<String> intactNames(Blocks blocks) {
        List<String> intact = new ArrayList<>();
        EXTENTS.forEach(
                (name, extent) -> {
                    long target = extent[2];
                    // A file takes as much as its neighbours: name, entry, reference.
                    boolean damaged =
                            blocks.holds(extent[0], extent[1])
                                    || (target != extent[0]
                                            && blocks.holds(target, target + fileBytes()));
                    if (!damaged) {
                        intact.add(name);
                    }
                });
        return intact;
    }

    private static long fileBytes() {
        long[] first = EXTENTS.get(new String(name(0), UTF_8));
        return first[1] - first[0];
    }

    private static List<String> listAround(DirectoryListing listing) {
        List<String> names = new ArrayList<>();
        while (listing.hasNext()) {
            try {
                names.add(text(listing.next()));
            } catch (Damaged e) {
                listing.skipDamage();
            }
        }
        return names;
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096, 40_000})
    void listingGoesOnBehindEveryDamagedBlock(int blockBytes) {
        int tried = 0;
        for (long bad = 1; (bad + 1) * blockBytes <= goodbyeOffset; bad++, tried++) {
            Blocks blocks = new Blocks(blockBytes, bad);
            List<String> intact = intactNames(blocks);
            assertThat(intact).hasSizeLessThan(ENTRIES);
            assertThat(listAround(open(blocks).root().list())).isEqualTo(intact);
        }
        assertThat(tried).isPositive();
    }

    @Test
    void whatLiesInGoodBlocksIsFoundByName() {
        Blocks blocks = new Blocks(4096, 10);
        List<String> intact = intactNames(blocks);
        DirectoryReader root = open(blocks).root();
        List<String> found = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            try {
                root.lookup(name(i)).ifPresent(entry -> found.add(text(entry)));
            } catch (Damaged e) {
                assertThat(intact).doesNotContain(new String(name(i), UTF_8));
            }
        }
        assertThat(found).containsAll(intact);
    }

    @Test
    void aListingThatStoppedBeforeDamageIsTakenUpThere() {
        Blocks blocks = new Blocks(4096, 10);
        List<String> intact = intactNames(blocks);
        DirectoryReader root = open(blocks).root();
        List<String> names = new ArrayList<>();
        long position = 0;
        while (true) {
            DirectoryListing listing = root.listFrom(position);
            String next = "";
            while (next.isEmpty() && listing.hasNext()) {
                try {
                    next = text(listing.next());
                } catch (Damaged e) {
                    listing.skipDamage();
                }
            }
            if (next.isEmpty()) {
                break;
            }
            names.add(next);
            position = listing.position();
        }
        assertThat(names).isEqualTo(intact);
    }

    @Test
    void aPositionInDamageThatIsNoChildIsRefused() {
        DirectoryReader root = open(new Blocks(4096, 10)).root();
        assertThatThrownBy(() -> root.listFrom(10 * 4096 + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void damageRightBeforeATableCostsNothingOfIt() {
        long bad = goodbyeOffset / 512 - 1;
        DirectoryReader root = open(new Blocks(512, bad)).root();
        assertThat(root.childCount()).isEqualTo(ENTRIES);
        for (int i = 0; i < 100; i++) {
            assertThat(root.lookup(name(i))).isPresent();
        }
    }
}
