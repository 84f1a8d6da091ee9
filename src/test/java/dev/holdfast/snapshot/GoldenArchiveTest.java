package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.SipHash24;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Archives of the official client: read, and written again. */
class GoldenArchiveTest {

    @ParameterizedTest
    @EnumSource
    void readsTheTreeThatWasBackedUp(GoldenArchives golden) {
        TreeDescription expected = golden.source();
        TreeDescription actual = TreeDescription.ofArchive(golden.open(), golden.hasContent());
        if (golden == GoldenArchives.UNIFIED_WITH_EXCLUDES) {
            actual.without(".pxarexclude-cli");
        }
        assertThat(expected.lines()).hasSizeGreaterThan(20);
        assertThat(actual.lines()).isEqualTo(expected.lines());
    }

    @Test
    void findsTheExcludePatternsOfTheCommandLine() {
        ArchiveReader archive = GoldenArchives.UNIFIED_WITH_EXCLUDES.open();
        Entry patterns = archive.lookupPath("/.pxarexclude-cli".getBytes(UTF_8)).orElseThrow();
        ByteSource content = archive.content(patterns);
        byte[] bytes = new byte[(int) content.size()];
        content.read(0, bytes, 0, bytes.length);
        assertThat(new String(bytes, UTF_8)).isEqualTo("/many\n*.txt\n!/links/target.txt\n");
        assertThat(patterns.mode()).isEqualTo(0100600);
    }

    @ParameterizedTest
    @EnumSource
    void findsByNameWhatItLists(GoldenArchives golden) {
        ArchiveReader archive = golden.open();
        int checked = checkLookups(archive, archive.root());
        assertThat(checked).isEqualTo(golden.source().lines().size() - 1 + cliPatterns(golden));
    }

    private static int checkLookups(ArchiveReader archive, DirectoryReader directory) {
        int checked = 0;
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            Entry listed = listing.next();
            Entry found = directory.lookup(listed.name()).orElseThrow();
            assertThat(found.nameOffset()).isEqualTo(listed.nameOffset());
            assertThat(found.entryOffset()).isEqualTo(listed.entryOffset());
            assertThat(found.body()).isEqualTo(listed.body());
            assertThat(found.metadata()).isEqualTo(listed.metadata());
            checked++;
            if (found.isDirectory()) {
                checked += checkLookups(archive, archive.open(found));
            }
        }
        assertThat(directory.lookup("no such name".getBytes(UTF_8))).isEmpty();
        return checked;
    }

    @ParameterizedTest
    @EnumSource
    void scansWhatItLists(GoldenArchives golden) {
        ArchiveReader archive = golden.open();
        List<String> scanned = new ArrayList<>();
        ArchiveScanner.scan(archive, new Recorder(scanned));
        List<String> listed = new ArrayList<>();
        listAll(archive, archive.root(), listed);
        assertThat(scanned).isEqualTo(listed);
    }

    private static void listAll(
            ArchiveReader archive, DirectoryReader directory, List<String> lines) {
        lines.add("enter " + directory.entry().entryOffset());
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            Entry e = listing.next();
            if (e.isDirectory()) {
                listAll(archive, archive.open(e), lines);
            } else if (e.isHardLink()) {
                lines.add("link " + e.nameOffset() + " to " + e.filenameOffset());
            } else {
                lines.add(e + " " + e.body());
            }
        }
        lines.add("leave");
    }

    private record Recorder(List<String> lines) implements ArchiveVisitor {
        @Override
        public void enterDirectory(Entry directory) {
            lines.add("enter " + directory.entryOffset());
        }

        @Override
        public void entry(Entry e) {
            lines.add(e + " " + e.body());
        }

        @Override
        public void hardLink(HardLink link) {
            lines.add("link " + link.nameOffset() + " to " + link.targetOffset());
        }

        @Override
        public void leaveDirectory() {
            lines.add("leave");
        }
    }

    @Test
    void resumesAListingAtEveryPosition() {
        DirectoryReader directory = GoldenArchives.SPLIT.open().root();
        List<Long> all = positions(directory.list());
        assertThat(all).hasSizeGreaterThan(10);
        for (int i = 0; i < all.size(); i++) {
            assertThat(positions(directory.listFrom(all.get(i))))
                    .isEqualTo(all.subList(i, all.size()));
        }
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            listing.next();
        }
        assertThat(directory.listFrom(listing.position()).hasNext()).isFalse();
    }

    private static List<Long> positions(DirectoryListing listing) {
        List<Long> positions = new ArrayList<>();
        listing.forEachRemaining(e -> positions.add(e.nameOffset()));
        return positions;
    }

    @ParameterizedTest
    @EnumSource
    void writesTheSameBytesAgain(GoldenArchives golden) {
        assumeTrue(golden.isSplit(), "only metadata archives are written");
        ArchiveReader archive = golden.open();
        Map<Long, Boolean> counted = new HashMap<>();
        findCounted(archive, archive.root(), counted);
        if (golden == GoldenArchives.FULL_INJECTED) {
            assertThat(counted.values()).as("both kinds of rows").contains(true, false);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveScanner.scan(archive, new Rewriter(archive, counted, out));
        assertThat(out.toByteArray()).isEqualTo(golden.metadata());
    }

    /** For every regular file, whether its row counts its content. */
    private static void findCounted(
            ArchiveReader archive, DirectoryReader directory, Map<Long, Boolean> counted) {
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            Entry e = listing.next();
            long metadataBytes = listing.position() - e.nameOffset();
            if (e.isDirectory()) {
                findCounted(archive, archive.open(e), counted);
            } else if (e.isRegular()) {
                boolean found =
                        directory
                                .table()
                                .find(
                                        SipHash24.hash(e.name()),
                                        (offset, size) -> {
                                            counted.put(offset, size > metadataBytes);
                                            return offset == e.nameOffset();
                                        });
                assertThat(found).isTrue();
            }
        }
    }

    private static final class Rewriter implements ArchiveVisitor {
        private final ArchiveReader archive;
        private final Map<Long, Boolean> counted;
        private final ByteArrayOutputStream out;
        private final Map<Long, Long> newOffsets = new HashMap<>();
        private Optional<MetadataWriter> writer = Optional.empty();

        Rewriter(ArchiveReader archive, Map<Long, Boolean> counted, ByteArrayOutputStream out) {
            this.archive = archive;
            this.counted = counted;
            this.out = out;
        }

        @Override
        public void enterDirectory(Entry d) {
            if (writer.isEmpty()) {
                writer =
                        Optional.of(
                                MetadataWriter.begin(out::write, d.metadata(), archive.prelude()));
            } else {
                writer.get().enterDirectory(d.name(), d.metadata());
            }
        }

        @Override
        public void entry(Entry e) {
            MetadataWriter w = writer.orElseThrow();
            if (e.body() instanceof Body.Regular regular) {
                newOffsets.put(
                        e.filenameOffset(),
                        w.file(e.name(), e.metadata(), regular, counted.get(e.nameOffset())));
            } else if (e.body() instanceof Body.Symlink link) {
                w.symlink(e.name(), e.metadata(), link.target());
            } else if (e.body() instanceof Body.Device device) {
                w.device(e.name(), e.metadata(), device.number());
            } else if (e.body() == Body.Special.FIFO) {
                w.fifo(e.name(), e.metadata());
            } else {
                w.socket(e.name(), e.metadata());
            }
        }

        @Override
        public void hardLink(HardLink link) {
            writer.orElseThrow()
                    .hardLink(link.name(), newOffsets.get(link.targetOffset()), link.targetPath());
        }

        @Override
        public void leaveDirectory() {
            MetadataWriter w = writer.orElseThrow();
            if (w.depth() == 1) {
                w.finish();
            } else {
                w.leaveDirectory();
            }
        }
    }

    private static int cliPatterns(GoldenArchives golden) {
        return golden == GoldenArchives.UNIFIED_WITH_EXCLUDES ? 1 : 0;
    }
}
