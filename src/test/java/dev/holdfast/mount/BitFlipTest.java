package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.Keys;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Turns over bits of everything that a small snapshot is stored in: one of every byte, or all with
 * {@code HOLDFAST_LONG_TESTS}. What is read then is right, or it is an error; of the 4016 zeros in
 * an index's header every sixty-fourth is tried, unless all are.
 */
class BitFlipTest {
    private static final SnapshotId ID = SnapshotId.parse("host/flip/2026-05-05T05:05:05Z");
    private static final boolean ALL = System.getenv("HOLDFAST_LONG_TESTS") != null;
    private static final int HEADER_BYTES = 4096;
    private static final int USED_HEADER_BYTES = 80;

    /** A damaged size must not make anybody allocate more than some chunks of the largest size. */
    private static final long MAX_ALLOCATED_BYTES = 128L << 20;

    private Path store;
    private Repository repository;
    private final BackupKey key = Keys.k0();
    private final KeyRing keys = new KeyRing(List.of(key));

    @BeforeEach
    void open() {
        store = KeptStore.empty();
        repository = LocalDatastore.open(store);
    }

    @AfterEach
    void close() {
        repository.close();
        keys.close();
    }

    private Set<Path> write(CryptMode mode) {
        Optional<BackupKey> policyKey =
                mode == CryptMode.NONE ? Optional.empty() : Optional.of(key);
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository,
                        Namespace.ROOT,
                        ID,
                        new WritePolicy(mode, policyKey, false),
                        1)) {
            Object two = new Object();
            builder.tree(
                    "root.pxar",
                    MadeTree.directory(
                            "",
                            List.of(
                                    MadeTree.directory("d", List.of(MadeTree.file("inner", 77))),
                                    MadeTree.linked("e", 40, two),
                                    MadeTree.linked("f", 40, two),
                                    MadeTree.symlink("g", "d/inner"))),
                    Optional.empty(),
                    Optional.empty(),
                    new ArchiveListener() {});
            builder.blob("some.conf", "key: value\n".repeat(9).getBytes(UTF_8));
            builder.finish(Optional.of("notes"));
        }
        return files();
    }

    /** All files that the snapshot is stored in. */
    private Set<Path> files() {
        Set<Path> files = new TreeSet<>();
        Path directory = store.resolve(ID.toString());
        try (Snapshot snapshot =
                Snapshot.open(repository.open(Namespace.ROOT, ID), keys, new ChunkCache(1 << 20))) {
            files.add(directory.resolve("index.json.blob"));
            for (ManifestFile file : snapshot.manifest().files()) {
                files.add(directory.resolve(file.name()));
                if (file.name().endsWith(".didx")) {
                    ChunkIndex index = snapshot.source(file).index();
                    for (int i = 0; i < index.chunkCount(); i++) {
                        files.add(StoreCopy.chunk(store, index.digest(i)));
                    }
                }
            }
        }
        return files;
    }

    @ParameterizedTest
    @EnumSource(CryptMode.class)
    void whatIsReadIsRightOrAnError(CryptMode mode) throws IOException {
        Set<Path> files = write(mode);
        Map<String, String> right = read();
        assertThat(right).hasSize(7).doesNotContainValue("damaged");
        assertThat(files).hasSizeGreaterThanOrEqualTo(6); // manifest, 2 indexes, blob, 2 chunks
        Random random = new Random(mode.text().hashCode());
        Map<String, Integer> noticed = new TreeMap<>();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = 0; at < bytes.length; at++) {
                if (!ALL && isPadding(file, at) && at % 64 != 0) {
                    continue;
                }
                int one = random.nextInt(8);
                for (int bit = ALL ? 0 : one; bit <= (ALL ? 7 : one); bit++) {
                    Files.write(file, flipped(bytes, at, bit));
                    if (isNoticed(right, file, at)) {
                        noticed.merge(file.getFileName().toString(), 1, Integer::sum);
                    }
                }
            }
            Files.write(file, bytes);
            assertThat(read()).isEqualTo(right);
        }
        assertThat(noticed.keySet())
                .containsAll(files.stream().map(f -> f.getFileName().toString()).toList());
    }

    private static byte[] flipped(byte[] bytes, int at, int bit) {
        byte[] flipped = bytes.clone();
        flipped[at] = (byte) (flipped[at] ^ 1 << bit);
        return flipped;
    }

    private static boolean isPadding(Path index, int at) {
        return index.toString().endsWith(".didx") && at >= USED_HEADER_BYTES && at < HEADER_BYTES;
    }

    private boolean isNoticed(Map<String, String> right, Path file, int at) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        boolean noticed = false;
        Map<String, String> found = read();
        for (Map.Entry<String, String> each : found.entrySet()) {
            if (each.getValue().equals("damaged")) {
                noticed = true;
            } else {
                assertThat(each.getValue())
                        .as("%s with byte %d of %s altered", each.getKey(), at, file)
                        .isEqualTo(right.get(each.getKey()));
            }
        }
        assertThat(noticed || found.equals(right))
                .as("byte %d of %s altered: something is gone without an error", at, file)
                .isTrue();
        assertThat(threads.getThreadAllocatedBytes(thread) - before)
                .isLessThan(MAX_ALLOCATED_BYTES);
        return noticed;
    }

    /** The part of a manifest that is signed, altered by somebody who can compute a CRC. */
    @Test
    void anAlteredManifestIsNoticedWhateverItsCrcSays() throws IOException {
        write(CryptMode.ENCRYPT);
        Path file = store.resolve(ID.toString()).resolve("index.json.blob");
        byte[] json = BlobCodec.plain().decode(Files.readAllBytes(file));
        int unprotected = new String(json, UTF_8).indexOf("\"unprotected\"");
        Map<String, String> right = read();
        Random random = new Random(1);
        int noticed = 0;
        for (int at = 0; at < json.length; at++) {
            byte[] altered = flipped(json, at, random.nextInt(8));
            Files.write(file, BlobCodec.plain().encode(altered, false));
            Map<String, String> found = read();
            boolean same = found.equals(right);
            assertThat(same || found.containsValue("damaged")).as("byte %d", at).isTrue();
            noticed += same ? 0 : 1;
        }
        assertThat(noticed).isGreaterThan(unprotected / 2);
    }

    /** Everything in the snapshot by its path; what cannot be read is damaged. */
    private Map<String, String> read() {
        Map<String, String> all = new TreeMap<>();
        try (Snapshot snapshot =
                Snapshot.open(repository.open(Namespace.ROOT, ID), keys, new ChunkCache(1 << 20))) {
            all.put("archives", String.join(" ", snapshot.archives()));
            attempt(
                    all,
                    "some.conf",
                    () ->
                            Sha256.of(
                                            snapshot.blob(
                                                    snapshot.manifest()
                                                            .file("some.conf.blob")
                                                            .orElseThrow(this::gone)))
                                    .hex());
            attempt(
                    all,
                    "root.pxar",
                    () -> {
                        ArchiveReader archive = snapshot.archive("root.pxar");
                        directory(all, archive, archive.root(), "");
                        return "read";
                    });
        } catch (Damaged | BadKey e) {
            all.put("archives", "damaged");
        }
        return all;
    }

    private Damaged gone() {
        return new Damaged("not listed");
    }

    private interface Reading {
        String read();
    }

    private static void attempt(Map<String, String> all, String what, Reading reading) {
        try {
            all.put(what, reading.read());
        } catch (HoldfastException e) {
            all.put(what, "damaged");
        }
    }

    private static void directory(
            Map<String, String> all,
            ArchiveReader archive,
            DirectoryReader directory,
            String path) {
        List<Entry> children = new ArrayList<>();
        DirectoryListing listing = directory.list();
        listing.forEachRemaining(children::add);
        for (Entry child : children) {
            String name = path + "/" + new String(child.name(), UTF_8);
            if (child.isDirectory()) {
                directory(all, archive, archive.open(child), name);
            } else {
                attempt(all, name, () -> describe(archive, child));
            }
        }
    }

    private static String describe(ArchiveReader archive, Entry entry) {
        String content = "";
        if (entry.isRegular()) {
            ByteSource source = archive.content(entry);
            byte[] bytes = new byte[Math.toIntExact(source.size())];
            source.read(0, bytes, 0, bytes.length);
            content = Sha256.of(bytes).hex();
        }
        return entry.metadata() + " " + entry.body() + " " + content;
    }
}
