package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is read, and how often, must not grow with the directory. */
class LargeDirectoryTest {
    private static final int FILES = 150_000;
    private static byte[] metadata;

    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();

    /** A root of many files and, every thousand, a directory. */
    @BeforeAll
    static void write() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(20 << 20);
        EntryMetadata file = EntryMetadata.of(new Stat(0100644, 0, 0, 0, 0, 0));
        EntryMetadata directory = EntryMetadata.of(new Stat(040755, 0, 0, 0, 0, 0));
        MetadataWriter writer = MetadataWriter.begin(out::write, directory, Optional.empty());
        for (int i = 0; i < FILES; i++) {
            if (i % 1000 == 999) {
                writer.enterDirectory(name(i), directory);
                writer.file(name(0), file, new Body.Regular(16 + 16L * i, 0), true);
                writer.leaveDirectory();
            } else {
                writer.file(name(i), file, new Body.Regular(16 + 16L * i, 0), true);
            }
        }
        long length = writer.finish();
        metadata = out.toByteArray();
        assertThat(length).isEqualTo(metadata.length);
    }

    private ArchiveReader open() {
        ByteSource source = ByteSource.of(metadata);
        ByteSource counting =
                new ByteSource() {
                    @Override
                    public long size() {
                        return source.size();
                    }

                    @Override
                    public void read(long offset, byte[] dst, int off, int len) {
                        reads.incrementAndGet();
                        bytesRead.addAndGet(len);
                        source.read(offset, dst, off, len);
                    }
                };
        return ArchiveReader.split(counting, ByteSource.of(new byte[0]));
    }

    @Test
    void keepsMoreRowsOutOfMemoryThanInIt() {
        assertThat(FILES).isGreaterThan(2 * GoodbyeTable.KEPT_ROWS);
    }

    @Test
    void findsAFileWithFewSmallReads() {
        DirectoryReader root = open().root();
        assertThat(root.lookup(name(0))).isPresent();
        assertThat(bytesRead.get()).isLessThan(2_000_000);
        for (int i = 1; i < FILES; i += 1009) {
            reads.set(0);
            bytesRead.set(0);
            Entry e = root.lookup(name(i)).orElseThrow();
            assertThat(e.name()).isEqualTo(name(i));
            assertThat(reads.get()).isLessThanOrEqualTo(4);
            assertThat(bytesRead.get()).isLessThan(10_000);
        }
        assertThat(root.lookup(name(FILES))).isEmpty();
    }

    @Test
    void listsAPageFromTheMiddleWithoutReadingTheRest() {
        DirectoryReader root = open().root();
        long middle = root.lookup(name(FILES / 2)).orElseThrow().nameOffset();
        reads.set(0);
        bytesRead.set(0);
        DirectoryListing page = root.listFrom(middle);
        for (int i = 0; i < 100; i++) {
            assertThat(page.next().name()).isEqualTo(name(FILES / 2 + i));
        }
        assertThat(bytesRead.get()).isLessThan(60_000);
        assertThat(reads.get()).isLessThan(10);
    }

    @Test
    void listsEverythingInOnePass() {
        DirectoryReader root = open().root();
        root.childCount();
        bytesRead.set(0);
        reads.set(0);
        DirectoryListing listing = root.list();
        int count = 0;
        int directories = 0;
        while (listing.hasNext()) {
            Entry e = listing.next();
            assertThat(e.name()).isEqualTo(name(count));
            directories += e.isDirectory() ? 1 : 0;
            count++;
        }
        assertThat(count).isEqualTo(FILES).isEqualTo(root.childCount());
        assertThat(directories).isEqualTo(FILES / 1000);
        assertThat(bytesRead.get()).isLessThan(metadata.length);
        assertThat(reads.get()).isLessThan(metadata.length / 60_000 + 4 * directories);
    }

    private static byte[] name(int i) {
        return String.format("file-%07d", i).getBytes(UTF_8);
    }
}
