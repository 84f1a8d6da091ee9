package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.chunk.EncodePipeline;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.MetadataWriter;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.SourceEntry;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotWriter;
import dev.holdfast.store.local.LocalDatastore;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Snapshots that are large in what they hold and small on disk: {@code DATASTORE KEYFILE}, to try
 * by hand and for the native test.
 *
 * <pre>
 * host/many/…/root.pxar   5,000,000 files in 5,000 directories; every hundredth has a second name
 * host/wide/…/root.pxar   1,000,000 files in one directory
 * host/huge/…/root.pxar   a file of 1 TiB, the same 4 MiB over and over
 * host/few/…/root.pxar    10 files: what the others are compared with
 * </pre>
 */
final class LargeSnapshots {
    static final int MANY_DIRECTORIES = 5_000;
    static final int FILES_EACH = 1_000;
    static final int WIDE_FILES = 1_000_000;
    static final long HUGE_BYTES = 1L << 40;
    static final int PATTERN_BYTES = 4 << 20;
    private static final int NAMES_OF_ONE = 100;
    private static final String TIME = "/2026-01-01T00:00:00Z";

    private LargeSnapshots() {}

    public static void main(String[] args) {
        BackupKey key =
                KeyLock.unlock(KeyStorage.read(Path.of(args[1])), args[1], () -> new byte[0]);
        try (Repository repository = LocalDatastore.open(Path.of(args[0]))) {
            write(repository, key);
        }
    }

    static void write(Repository repository, BackupKey key) {
        wide(repository, key, "few", 10);
        tree(repository, key, "many", directories(MANY_DIRECTORIES, FILES_EACH));
        wide(repository, key, "wide", WIDE_FILES);
        huge(repository, key);
    }

    /** A snapshot of that many files in one directory. */
    static void wide(Repository repository, BackupKey key, String group, int files) {
        tree(repository, key, group, directories(1, files));
    }

    static SnapshotId id(String group) {
        return SnapshotId.parse("host/" + group + TIME);
    }

    static String directoryName(int i) {
        return String.format("directory-%04d", i);
    }

    static String fileName(int i) {
        return String.format("a-file-with-a-name-of-usual-length-%07d.txt", i);
    }

    /** What is at the beginning of every 4 MiB of the huge file. */
    static byte[] pattern() {
        byte[] pattern = new byte[PATTERN_BYTES];
        new Random(42).nextBytes(pattern);
        return pattern;
    }

    private static void tree(
            Repository repository, BackupKey key, String group, List<SourceEntry> entries) {
        WritePolicy policy = new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false);
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(repository, Namespace.ROOT, id(group), policy, 2)) {
            builder.tree(
                    "root.pxar",
                    new Subtree("", entries),
                    Optional.empty(),
                    Optional.empty(),
                    new ArchiveListener() {});
            builder.finish(Optional.empty());
        }
    }

    private static List<SourceEntry> directories(int directories, int filesEach) {
        return IntStream.range(0, directories)
                .mapToObj(i -> (SourceEntry) new Subtree(directoryName(i), filesEach))
                .toList();
    }

    /** Written past the builder: nobody wants to wait for a terabyte. */
    private static void huge(Repository repository, BackupKey key) {
        SnapshotId id = id("huge");
        try (SnapshotWriter writer = repository.create(Namespace.ROOT, id);
                EncodePipeline pipeline =
                        new EncodePipeline(BlobCodec.encrypting(key), 1, 32L << 20)) {
            SnapshotWriter.ArchiveWriter payload =
                    writer.archive("root.ppxar.didx", Optional.empty());
            hugePayload(pipeline, payload, key);
            SnapshotWriter.Sum payloadSum = payload.finish();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            MetadataWriter metadata =
                    MetadataWriter.begin(
                            bytes::write, metadata(Stat.DIRECTORY | 0755), Optional.empty());
            metadata.file(
                    "terabyte".getBytes(US_ASCII),
                    metadata(Stat.REGULAR | 0644),
                    new Body.Regular(16, HUGE_BYTES),
                    true);
            metadata.finish();
            SnapshotWriter.ArchiveWriter entries =
                    writer.archive("root.mpxar.didx", Optional.empty());
            EncodePipeline.Lane lane = pipeline.lane(entries, entries::append);
            lane.add(bytes.toByteArray(), bytes.size(), done -> {});
            lane.finish();
            SnapshotWriter.Sum sum = entries.finish();
            Manifest manifest =
                    Manifest.unsigned(
                            id,
                            List.of(
                                    file("root.ppxar.didx", payloadSum),
                                    file("root.mpxar.didx", sum)));
            manifest = manifest.signed(key.sign(manifest.canonicalBytes()), key.fingerprint());
            writer.finish(manifest, BlobCodec.plain().encode(manifest.encode(), true));
        }
    }

    private static ManifestFile file(String name, SnapshotWriter.Sum sum) {
        return new ManifestFile(name, CryptMode.ENCRYPT, sum.sizeBytes(), sum.checksum());
    }

    private static void hugePayload(
            EncodePipeline pipeline, SnapshotWriter.ArchiveWriter target, BackupKey key) {
        byte[] pattern = pattern();
        ItemBuffer items = new ItemBuffer(64);
        items.payloadStart();
        items.payload(HUGE_BYTES);
        byte[] first = Arrays.copyOf(items.toByteArray(), items.size() + PATTERN_BYTES);
        System.arraycopy(pattern, 0, first, items.size(), PATTERN_BYTES);
        items.clear();
        items.payloadTail();
        EncodePipeline.Lane lane = pipeline.lane(target, target::append);
        lane.add(first, first.length, done -> {});
        lane.add(pattern, PATTERN_BYTES, done -> {});
        Digest repeated = BlobCodec.encrypting(key).digest(pattern, 0, PATTERN_BYTES);
        for (long i = 2; i < HUGE_BYTES / PATTERN_BYTES; i++) {
            lane.addKnown(repeated, PATTERN_BYTES);
        }
        lane.add(items.toByteArray(), items.size(), done -> {});
        lane.finish();
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 1000, 1000, 1_700_000_000, 42));
    }

    private record Subtree(String text, Iterable<SourceEntry> entries)
            implements SourceEntry.Directory {
        Subtree(String text, int files) {
            this(
                    text,
                    () ->
                            IntStream.range(0, files)
                                    .mapToObj(i -> (SourceEntry) new EmptyFile(text, i))
                                    .iterator());
        }

        @Override
        public byte[] name() {
            return text.getBytes(US_ASCII);
        }

        @Override
        public EntryMetadata metadata() {
            return LargeSnapshots.metadata(Stat.DIRECTORY | 0755);
        }

        @Override
        public Iterator<SourceEntry> children() {
            return entries.iterator();
        }
    }

    /** An empty file; the last of every hundred is another name of the first. */
    private record EmptyFile(String directory, int number) implements SourceEntry.File {
        @Override
        public byte[] name() {
            return fileName(number).getBytes(US_ASCII);
        }

        @Override
        public EntryMetadata metadata() {
            return LargeSnapshots.metadata(Stat.REGULAR | 0644);
        }

        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public Optional<Object> linkIdentity() {
            int place = number % NAMES_OF_ONE;
            return place == 0 || place == NAMES_OF_ONE - 1
                    ? Optional.of(directory + number / NAMES_OF_ONE)
                    : Optional.empty();
        }

        @Override
        public OptionalLong baseOffset() {
            return OptionalLong.empty();
        }

        @Override
        public Optional<Content> open() {
            return Optional.of(
                    new Content() {
                        @Override
                        public int read(byte[] buffer, int offset, int length) {
                            return -1;
                        }

                        @Override
                        public void close() {}
                    });
        }
    }
}
