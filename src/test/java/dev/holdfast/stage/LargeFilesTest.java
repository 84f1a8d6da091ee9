package dev.holdfast.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chunk.ChunkTarget;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose content is encoded while it is written. */
class LargeFilesTest {
    private static final int MIB = 1 << 20;
    private static final int PIECE = 128 << 10;

    private static final KeyWrap WRAP = encrypting(new BackupKey(new byte[BackupKey.BYTES], 1));

    private final MemoryDisk disk = new MemoryDisk();

    static KeyWrap encrypting(BackupKey key) {
        return new KeyWrap() {
            @Override
            public byte[] wrap(byte[] secret) {
                return Areas.WRAP.wrap(secret);
            }

            @Override
            public byte[] unwrap(byte[] sealed) {
                return Areas.WRAP.unwrap(sealed);
            }

            @Override
            public Optional<BlobCodec> chunkCodec() {
                return Optional.of(BlobCodec.encrypting(key));
            }
        };
    }

    private static StagingArea create(Disk disk) {
        try {
            return StagingArea.create(disk, WRAP, Areas.QUIET, Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StagingArea open(Disk disk) {
        try {
            return StagingArea.open(
                    disk,
                    WRAP,
                    Areas.QUIET,
                    descriptor -> {
                        throw new AssertionError("there is no base");
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] random(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private static void append(OpenFile file, byte[] content, int from, int to) {
        append(file, content, from, to, PIECE);
    }

    private static void append(OpenFile file, byte[] content, int from, int to, int piece) {
        for (int at = from; at < to; at += piece) {
            file.write(at, ByteBuffer.wrap(content, at, Math.min(piece, to - at)));
        }
    }

    private static byte[] content(StagingArea area, String name) {
        return Areas.content(Areas.at(area, name));
    }

    private static List<Extent> runs(StagingArea area, String name) {
        long inode = Areas.at(area, name).attributes().inode();
        List<Extent> found = new java.util.ArrayList<>();
        area.files.extents().runs(inode).forEachRemaining(run -> found.add(run.getValue()));
        return found;
    }

    private static long chunks(StagingArea area, String name) {
        return runs(area, name).stream().filter(Extent::isInChunk).count();
    }

    /** Within the length of a frame, and as long as the kernel's longest writes. */
    @ParameterizedTest
    @ValueSource(ints = {PIECE, MIB, 300_001})
    void mostOfALargeFileIsChunksWhenItIsClosed(int piece) {
        StagingArea area = create(disk);
        byte[] content = random(40 * MIB, 1);
        OpenFile file = Areas.create(Areas.root(area), "large");
        append(file, content, 0, content.length, piece);
        file.flush();
        file.release();

        assertThat(content(area, "large")).isEqualTo(content);
        assertThat(chunks(area, "large")).isGreaterThanOrEqualTo(2);
        assertThat(area.usage().changedBytes()).isEqualTo(content.length);
        assertThat(area.files.bufferedBytes()).isZero();
        area.close();
        StagingArea again = open(disk);
        assertThat(content(again, "large")).isEqualTo(content);
        again.close();
    }

    @Test
    void whatIsInWorkCanBeReadAtAnyTime() {
        StagingArea area = create(disk);
        byte[] content = random(24 * MIB, 2);
        OpenFile file = Areas.create(Areas.root(area), "large");
        Random random = new Random(3);
        for (int at = 0; at < content.length; at += PIECE) {
            append(file, content, at, at + PIECE);
            int from = random.nextInt(at + PIECE);
            int to = Math.min(at + PIECE, from + random.nextInt(300_000));
            assertThat(Areas.read(file, from, to - from))
                    .isEqualTo(Arrays.copyOfRange(content, from, to));
            if (random.nextInt(40) == 0) {
                area.seal();
            }
        }
        file.release();
        area.close();
    }

    @Test
    void sealingBetweenWritesStillMakesChunks() {
        StagingArea area = create(disk);
        byte[] content = random(40 * MIB, 4);
        OpenFile file = Areas.create(Areas.root(area), "large");
        for (int at = 0; at < content.length; at += MIB) {
            append(file, content, at, at + MIB);
            file.sync(true);
        }
        file.release();
        assertThat(chunks(area, "large")).isGreaterThanOrEqualTo(2);
        assertThat(content(area, "large")).isEqualTo(content);
        area.close();
    }

    @Test
    void twoAreCutAtOnceAndAThirdGoesThroughTheSpool() {
        StagingArea area = create(disk);
        byte[] content = random(20 * MIB, 5);
        OpenFile[] files = new OpenFile[3];
        for (int i = 0; i < files.length; i++) {
            files[i] = Areas.create(Areas.root(area), "file" + i);
        }
        for (int at = 0; at < content.length; at += PIECE) {
            for (OpenFile file : files) {
                append(file, content, at, at + PIECE);
            }
        }
        for (OpenFile file : files) {
            file.release();
        }
        for (int i = 0; i < files.length; i++) {
            assertThat(content(area, "file" + i)).isEqualTo(content);
        }
        assertThat(chunks(area, "file0")).isPositive();
        assertThat(chunks(area, "file2")).isZero();
        area.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomOperationsLeaveWhatTheyShould(long seed) {
        StagingArea area = create(disk);
        Random random = new Random(seed);
        byte[] source = random(48 * MIB, seed);
        byte[] expected = {};
        OpenFile file = Areas.create(Areas.root(area), "f");
        for (int step = 0; step < 40; step++) {
            switch (random.nextInt(7)) {
                case 0, 1, 2 -> {
                    int end = Math.min(source.length, expected.length + random.nextInt(8 * MIB));
                    int begin = expected.length;
                    expected = Arrays.copyOf(expected, end);
                    System.arraycopy(source, begin, expected, begin, end - begin);
                    append(file, expected, begin, end, random.nextBoolean() ? PIECE : MIB);
                }
                case 3 -> {
                    if (expected.length > 0) {
                        int at = random.nextInt(expected.length);
                        int count = Math.min(random.nextInt(2 * MIB), expected.length - at);
                        for (int i = at; i < at + count; i++) {
                            expected[i] ^= 0x55;
                        }
                        file.write(at, ByteBuffer.wrap(expected, at, count));
                    }
                }
                case 4 -> {
                    int size = expected.length - random.nextInt(expected.length / 8 + 1);
                    expected = Arrays.copyOf(expected, size);
                    file.node().truncate(size, Areas.ROOT);
                }
                case 5 -> area.seal();
                default -> {
                    file.release();
                    area.upkeep();
                    if (random.nextBoolean()) {
                        area.close();
                        area = open(disk);
                    }
                    file = Areas.at(area, "f").open(Areas.RDWR);
                }
            }
            int from = random.nextInt(expected.length + 1);
            int count = Math.min(random.nextInt(MIB), expected.length - from);
            assertThat(Areas.read(file, from, count))
                    .isEqualTo(Arrays.copyOfRange(expected, from, from + count));
        }
        file.release();
        assertThat(content(area, "f")).isEqualTo(expected);
        area.close();
        StagingArea again = open(disk);
        assertThat(content(again, "f")).isEqualTo(expected);
        again.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aPowerCutLosesNothingThatWasSynced(long seed) {
        StagingArea area = create(disk);
        Random random = new Random(seed);
        byte[] content = random(24 * MIB, seed);
        OpenFile file = Areas.create(Areas.root(area), "large");
        int synced = 0;
        int piece = seed == 1 ? MIB : PIECE;
        for (int at = 0; at < content.length; at += piece) {
            append(file, content, at, at + piece, piece);
            if (random.nextInt(20) == 0) {
                file.sync(true);
                synced = at + piece;
            }
            if (synced > 0 && random.nextInt(60 * PIECE / piece) == 0) {
                StagingArea after = open(disk.afterPowerCut(random));
                byte[] found = content(after, "large");
                assertThat(found.length).isGreaterThanOrEqualTo(synced);
                assertThat(found).isEqualTo(Arrays.copyOf(content, found.length));
                after.close();
            }
        }
        file.release();
        area.abandon();
    }

    @Test
    void aFullDiskStopsTheWriterAndLosesNothing() {
        StagingArea area = create(disk);
        byte[] content = random(40 * MIB, 6);
        OpenFile file = Areas.create(Areas.root(area), "large");
        disk.setCapacity(disk.used() + 18 * MIB);
        int at = 0;
        int accepted;
        try {
            while (true) {
                append(file, content, at, at + PIECE);
                at += PIECE;
            }
        } catch (Errno e) {
            assertThat(e.number()).isEqualTo(Errno.ENOSPC);
            accepted = at;
        }
        assertThat(Areas.read(file, 0, content.length)).isEqualTo(Arrays.copyOf(content, accepted));
        assertThatThrownBy(file::flush).isInstanceOf(Errno.class);
        disk.setCapacity(Long.MAX_VALUE);
        area.seal();
        append(file, content, accepted, content.length);
        file.flush();
        file.release();
        assertThat(content(area, "large")).isEqualTo(content);
        area.close();
        StagingArea again = open(disk);
        assertThat(content(again, "large")).isEqualTo(content);
        again.close();
    }

    @Test
    void aMissingChunkFailsTheCommitWithItsName() {
        StagingArea area = create(disk);
        byte[] content = random(24 * MIB, 10);
        OpenFile file = written(area, content);
        file.release();
        area.seal();
        runs(area, "large").stream()
                .filter(Extent::isInChunk)
                .forEach(run -> disk.delete(Spool.name(run.segment())));
        assertThatThrownBy(() -> content(area, "large")).isInstanceOf(Errno.class);
        try (Frozen view = area.freeze()) {
            assertThatThrownBy(() -> takeAll(view)).hasMessageContaining("is missing");
        }
        area.abandon();
    }

    @Test
    void whatIsDeletedLeavesNoChunkBehind() {
        StagingArea area = create(disk);
        byte[] content = random(24 * MIB, 7);
        Directory root = Areas.root(area);
        OpenFile file = Areas.create(root, "large");
        append(file, content, 0, content.length);
        root.unlink(Areas.bytes("large"), Areas.ROOT);
        file.release();
        area.upkeep();
        area.seal();
        area.seal();
        assertThat(area.usage().changedBytes()).isZero();
        assertThat(area.usage().spoolBytes()).isLessThan(MIB);
        area.close();
    }

    @Test
    void whatIsMostlyOverwrittenIsMovedOutOfItsChunk() {
        StagingArea area = create(disk);
        byte[] content = random(24 * MIB, 8);
        OpenFile file = written(area, content);
        file.flush();
        long before = chunks(area, "large");
        // Backwards, so that nothing is cut again; a quarter of each MiB stays.
        for (int at = content.length - MIB; at >= 0; at -= MIB) {
            for (int i = at; i < at + 3 * MIB / 4; i++) {
                content[i] = 1;
            }
            for (int i = at + MIB / 2; i >= at; i -= MIB / 4) {
                file.write(i, ByteBuffer.wrap(content, i, MIB / 4));
            }
        }
        file.release();
        area.seal();
        area.upkeep();
        area.seal();
        assertThat(before).isPositive();
        assertThat(chunks(area, "large")).isZero();
        assertThat(content(area, "large")).isEqualTo(content);
        area.close();
    }

    @Test
    void aFlippedBitInAChunkIsAnErrorAndNeverContent() {
        StagingArea area = create(disk);
        byte[] content = random(24 * MIB, 9);
        OpenFile file = written(area, content);
        file.flush();
        file.release();
        area.seal();
        Extent chunk =
                runs(area, "large").stream().filter(Extent::isInChunk).findFirst().orElseThrow();
        disk.flipBit(Spool.name(chunk.segment()), 100_000);
        assertThatThrownBy(() -> content(area, "large")).isInstanceOf(Errno.class);
        try (Frozen view = area.freeze()) {
            assertThatThrownBy(() -> takeAll(view)).hasMessageContaining("is damaged");
        }
        area.abandon();
    }

    /** The file {@code large}, written from front to back and still open. */
    private static OpenFile written(StagingArea area, byte[] content) {
        OpenFile file = Areas.create(Areas.root(area), "large");
        append(file, content, 0, content.length);
        return file;
    }

    /** Takes over all chunks of the only file, as a commit does. */
    private static void takeAll(Frozen view) {
        long inode = view.children(view.root()).next().inode();
        long size = view.inode(inode).sizeBytes();
        long at = view.nextChunk(inode, 0, size);
        while (at < size) {
            view.chunkAt(inode, at).orElseThrow().storeIn(NOWHERE);
            at = view.nextChunk(inode, at, size);
        }
    }

    private static final ChunkTarget NOWHERE =
            new ChunkTarget() {
                @Override
                public boolean has(Digest digest, int contentBytes) {
                    return false;
                }

                @Override
                public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {}
            };
}
