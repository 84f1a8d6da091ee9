package dev.holdfast.search;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.BadKey;
import dev.holdfast.Golden;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The index of what the official client backed up. */
class GroupIndexTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir Path dir;
    private final Set<Digest> chunksRead = new HashSet<>();
    private final Set<Digest> payloadChunks = new HashSet<>();
    private Repository repository;
    private KeyRing keys;

    @BeforeEach
    void open() {
        repository = watched(LocalDatastore.open(Golden.store()));
        keys = new KeyRing(List.of(key("key1-none.json"), key("key2-changed-to-none.json")));
    }

    @AfterEach
    void close() {
        repository.close();
        keys.close();
    }

    private static BackupKey key(String file) {
        Path path = Golden.dir().resolve("keys").resolve(file);
        return KeyLock.unlock(KeyStorage.read(path), file, () -> new byte[0]);
    }

    /** The repository, noting which chunks are read. */
    private Repository watched(Repository original) {
        return (Repository)
                Proxy.newProxyInstance(
                        Repository.class.getClassLoader(),
                        new Class<?>[] {Repository.class},
                        (proxy, method, arguments) -> {
                            Object answer = call(() -> method.invoke(original, arguments));
                            return answer instanceof SnapshotReader reader
                                    ? new Watched(reader)
                                    : answer;
                        });
    }

    private interface Call {
        Object run() throws Exception;
    }

    private static Object call(Call call) throws Throwable {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private final class Watched implements SnapshotReader {
        private final SnapshotReader original;

        Watched(SnapshotReader original) {
            this.original = original;
        }

        @Override
        public SnapshotId id() {
            return original.id();
        }

        @Override
        public byte[] manifestBlob() {
            return original.manifestBlob();
        }

        @Override
        public byte[] blob(ManifestFile file) {
            throw new AssertionError("blob " + file.name() + " was read");
        }

        @Override
        public ChunkIndex index(ManifestFile file) {
            ChunkIndex index = original.index(file);
            if (!file.name().contains(".mpxar.") && !file.name().contains(".pcat1.")) {
                for (int i = 0; i < index.chunkCount(); i++) {
                    payloadChunks.add(index.digest(i));
                }
            }
            return index;
        }

        @Override
        public EncodedBlob chunk(Digest digest) {
            chunksRead.add(digest);
            return original.chunk(digest);
        }

        @Override
        public byte[] clientLogBlob() {
            throw new AssertionError("the log was read");
        }

        @Override
        public void close() {
            original.close();
        }
    }

    private GroupIndex index(String group, KeyRing ring) {
        return new GroupIndex(
                repository, Namespace.ROOT, GroupId.parse(group), ring, Optional.of(dir));
    }

    /** Everything in a group: {@code TIME/ARCHIVE/PATH} in hex and what is there. */
    private Map<String, String> everything(String group) {
        try (GroupIndex index = index(group, keys)) {
            GroupIndex.Reading reading = index.readAll(GroupIndex.Listener.NONE);
            assertThat(reading.problems()).isEmpty();
            Map<String, String> all = new TreeMap<>();
            new Search(index, reading.snapshots(), (path, kind) -> true)
                    .run(
                            hit ->
                                    hit.snapshots()
                                            .forEach(
                                                    id ->
                                                            all.merge(
                                                                    id.timeText() + hex(hit.path()),
                                                                    line(hit.item()),
                                                                    (x, y) -> x + " and " + y)));
            return all;
        }
    }

    private static String hex(List<byte[]> path) {
        StringBuilder text = new StringBuilder();
        path.forEach(name -> text.append('/').append(HEX.formatHex(name)));
        return text.toString();
    }

    private static String line(Item item) {
        Attributes a = item.attributes();
        return String.format(
                "%s %04o %d:%d %d %d",
                item.kind().letter(),
                a.permissions(),
                Integer.toUnsignedLong(a.uid()),
                Integer.toUnsignedLong(a.gid()),
                a.mtimeSeconds() * 1_000_000_000 + a.mtimeNanos(),
                item.sizeBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "host/full, 2026-01-02T00:00:00Z, full-v1",
        "host/full, 2026-01-03T00:00:00Z, full-v1",
        "host/full, 2026-01-04T00:00:00Z, full-v1b",
        "host/full, 2026-01-05T00:00:00Z, full-v2",
        "host/plain, 2026-01-02T00:00:00Z, small",
        "host/signed, 2026-01-01T00:00:00Z, small",
        "host/otherkey, 2026-01-01T00:00:00Z, small",
        "ct/101, 2026-01-01T00:00:00Z, small",
    })
    void findsTheTreeThatWasBackedUp(String group, String time, String manifest)
            throws IOException {
        Map<String, String> expected = new TreeMap<>();
        byte[] text =
                Golden.gunzstd(Golden.dir().resolve("manifests").resolve(manifest + ".jsonl.zst"));
        String archive = time + hex(List.of("root.pxar".getBytes(UTF_8)));
        for (String json : new String(text, UTF_8).lines().toList()) {
            JsonNode o = new ObjectMapper().readTree(json);
            String path = o.get("path").asText();
            if (path.matches("excl/(a\\.tmp|dironly(/.*)?|keep/b\\.tmp|rooted)")) {
                continue;
            }
            StringBuilder key = new StringBuilder(archive);
            if (!path.equals(".")) {
                String raw =
                        o.has("path_hex")
                                ? o.get("path_hex").asText()
                                : HEX.formatHex(path.getBytes(UTF_8));
                key.append('/');
                for (int i = 0; i < raw.length(); i += 2) {
                    String digits = raw.substring(i, i + 2);
                    key.append(digits.equals("2f") ? "/" : digits);
                }
            }
            expected.put(
                    key.toString(),
                    String.format(
                            "%s %s %d:%d %d %d",
                            o.get("type").asText(),
                            o.get("mode").asText(),
                            o.get("uid").asLong(),
                            o.get("gid").asLong(),
                            o.get("mtime_ns").asLong(),
                            o.has("size") ? o.get("size").asLong() : 0));
        }
        Map<String, String> found = everything(group);
        found.keySet().removeIf(key -> !key.startsWith(archive));
        assertThat(expected).hasSizeGreaterThan(20);
        if (group.equals("host/full") || group.equals("host/plain")) {
            // What the catalog of the first, unsplit snapshot says fits to what others say.
            assertThat(found.values()).noneMatch(v -> v.contains(" and "));
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void anUnsplitSnapshotIsKnownByItsCatalog() {
        Map<String, String> all = everything("host/full");
        Set<String> unsplit = pathsOf(all, "2026-01-01T00:00:00Z");
        Set<String> split = pathsOf(all, "2026-01-03T00:00:00Z");
        unsplit.removeIf(path -> path.equals(hex(List.of("etc.conf".getBytes(UTF_8)))));
        assertThat(unsplit).hasSizeGreaterThan(5000).isEqualTo(split);
    }

    private static Set<String> pathsOf(Map<String, String> all, String time) {
        Set<String> paths = new HashSet<>();
        all.keySet().stream()
                .filter(key -> key.startsWith(time))
                .forEach(key -> paths.add(key.substring(time.length())));
        return paths;
    }

    @Test
    void readsNoContentAndTheSecondTimeNoChunkAtAll() {
        Map<String, String> first = everything("host/full");
        assertThat(chunksRead).isNotEmpty();
        assertThat(payloadChunks).isNotEmpty();
        assertThat(chunksRead).doesNotContainAnyElementsOf(payloadChunks);
        chunksRead.clear();
        assertThat(everything("host/full")).isEqualTo(first);
        assertThat(chunksRead).isEmpty();
    }

    @Test
    void contentsInReusedChunksAreCertainlyTheSame() {
        List<byte[]> path =
                Stream.of("root.pxar", "links", "hard-a")
                        .map(name -> name.getBytes(UTF_8))
                        .toList();
        try (GroupIndex index = index("host/full", keys)) {
            List<SnapshotId> ids = index.list().subList(1, 3);
            GroupIndex.Reading reading = index.read(ids, GroupIndex.Listener.NONE);
            List<Versions.Version> versions =
                    Versions.of(
                            index,
                            reading.snapshots(),
                            path,
                            id -> {
                                try (Contents contents = index.contents(id)) {
                                    return contents.find(path);
                                }
                            });
            assertThat(versions).hasSize(1);
            assertThat(versions.get(0).snapshots()).isEqualTo(ids);
            assertThat(versions.get(0).likeness()).isEqualTo(Likeness.SAME);
            assertThat(Versions.ofFiles(index, reading.snapshots(), path).get(0).likeness())
                    .isEqualTo(Likeness.LIKELY_SAME);
            try (Contents unsplit = index.contents(index.list().get(0))) {
                assertThat(unsplit.find(path)).isEmpty();
            }
            try (Contents contents = index.contents(ids.get(0))) {
                assertThat(contents.find(path)).isPresent();
                assertThat(contents.find(path.subList(0, 2))).isEmpty();
                assertThat(contents.find(List.of("etc.conf".getBytes(UTF_8)))).isEmpty();
            }
        }
        assertThat(chunksRead).doesNotContainAnyElementsOf(payloadChunks);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            List<Path> found = files.filter(f -> !f.toString().endsWith(".lock")).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    @Test
    void keepsNoNameInClearAndNobodyElseMayReadIt() throws IOException {
        everything("host/full");
        String bytes = Files.readString(file(), ISO_8859_1);
        assertThat(bytes).startsWith("HFSEARCH").hasSizeGreaterThan(10_000);
        assertThat(bytes).doesNotContain("target.txt").doesNotContain("big-dir");
        assertThat(bytes).doesNotContain("root.pxar").doesNotContain("host");
        assertThat(file().getFileName().toString()).doesNotContain("full");
        assertThat(Files.getPosixFilePermissions(file()))
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void aDamagedIndexIsMadeAnew() throws IOException {
        Map<String, String> right = everything("host/plain");
        byte[] good = Files.readAllBytes(file());
        List<Integer> places = new ArrayList<>(List.of(0, 8, 20, 40, 64, 67, 70, 90));
        for (int at = 100; at < good.length; at += good.length / 8) {
            places.add(at);
        }
        for (int at : places) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file(), bad);
            assertThat(everything("host/plain")).as("byte " + at).isEqualTo(right);
            chunksRead.clear();
            everything("host/plain");
            assertThat(chunksRead).as("made anew after byte " + at).isEmpty();
        }
        for (int length = 0; length < good.length; length += 1 + good.length / 6) {
            Files.write(file(), Arrays.copyOf(good, length));
            assertThat(everything("host/plain")).as("cut at " + length).isEqualTo(right);
        }
    }

    @Test
    void anIndexOfAnotherGroupOrKeyIsOfNoUse() throws IOException {
        everything("host/signed");
        Path file = file();
        byte[] foreign = Files.readAllBytes(file);
        Files.delete(file);
        Map<String, String> right = everything("host/plain");
        Files.write(file(), foreign);
        assertThat(everything("host/plain")).isEqualTo(right);
        Files.delete(file());
        Map<String, String> other = everything("host/otherkey");
        Files.write(file(), foreign);
        assertThat(everything("host/otherkey")).isEqualTo(other);
    }

    @Test
    void whatCannotBeReadIsSaidAndTheRestIsFound() {
        try (KeyRing one = new KeyRing(List.of(key("key2-changed-to-none.json")));
                GroupIndex index = index("host/full", one)) {
            GroupIndex.Reading reading = index.readAll(GroupIndex.Listener.NONE);
            assertThat(reading.problems()).isNotEmpty();
            assertThat(reading.problems()).allMatch(problem -> problem.failure() instanceof BadKey);
            assertThat(reading.problems().get(0).message()).contains("root.pxar");
        }
        assertThat(chunksRead).isEmpty();
    }

    @Test
    void withoutAnyKeyNothingIsKept() throws IOException {
        try (KeyRing none = KeyRing.empty();
                GroupIndex index = index("host/plain", none)) {
            GroupIndex.Reading reading = index.readAll(GroupIndex.Listener.NONE);
            assertThat(reading.problems()).isEmpty();
            assertThat(reading.snapshots()).hasSize(2);
            try (Stream<Path> files = Files.list(dir)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void whoeverCannotWriteToTheIndexStillFinds() throws IOException {
        Map<String, String> right = everything("host/plain");
        Path file = file();
        Files.delete(file);
        try (FileLock held =
                FileLock.tryLock((file + ".lock").getBytes(UTF_8), FileLock.Kind.EXCLUSIVE)
                        .orElseThrow()) {
            assertThat(held.descriptor()).isNotNull();
            assertThat(everything("host/plain")).isEqualTo(right);
            assertThat(file).doesNotExist();
        }
        assertThat(everything("host/plain")).isEqualTo(right);
        assertThat(file).exists();
    }

    @Test
    void rootsThatNobodyNeedsGoWhenTheyAreMany() throws IOException {
        Path path = dir.resolve("index");
        Item root =
                new Item(new byte[] {1}, true, Attributes.timeOnly(0), new Item.Special(Kind.FIFO));
        try (BackupKey key = BackupKey.random(0);
                PageStore store = new PageStore(Optional.of(path), Optional.of(key))) {
            store.begin();
            List<Digest> pages = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                PageWriter writer = new PageWriter(store);
                writer.add(root.named(("name" + i).getBytes(UTF_8)));
                List<Digest> made = writer.finish();
                pages.addAll(made);
                Item directory =
                        new Item(
                                new byte[0],
                                true,
                                Attributes.timeOnly(0),
                                new Item.Directory(made));
                store.putRoot(new Digest(i, 0, 0, 0), directory);
            }
            store.end(Optional.empty());
            long before = Files.size(path);
            Digest live = new Digest(7, 0, 0, 0);
            store.begin();
            store.end(Optional.of(List.of(live)));
            assertThat(Files.size(path)).isLessThan(before / 4);
            // Whoever has the store open still finds what was there.
            assertThat(store.page(pages.get(50))).isNotEmpty();
            try (PageStore again = new PageStore(Optional.of(path), Optional.of(key))) {
                assertThat(again.root(live).orElseThrow().pages()).containsExactly(pages.get(7));
                assertThat(again.contains(pages.get(7))).isTrue();
                assertThat(again.contains(pages.get(50))).isFalse();
                assertThat(again.root(new Digest(50, 0, 0, 0))).isEmpty();
            }
        }
    }

    @Test
    void twoStoresOfOneFileSeeWhatTheOtherWrote() {
        Path path = dir.resolve("index");
        Item item =
                new Item(new byte[] {1}, true, Attributes.timeOnly(0), new Item.Special(Kind.FIFO));
        try (BackupKey key = BackupKey.random(0);
                PageStore one = new PageStore(Optional.of(path), Optional.of(key));
                PageStore other = new PageStore(Optional.of(path), Optional.of(key))) {
            one.begin();
            one.putRoot(new Digest(1, 0, 0, 0), item);
            one.end(Optional.empty());
            other.begin();
            assertThat(other.root(new Digest(1, 0, 0, 0))).isPresent();
            other.putRoot(new Digest(2, 0, 0, 0), item);
            other.end(Optional.empty());
            one.begin();
            assertThat(one.root(new Digest(2, 0, 0, 0))).isPresent();
            one.putRoot(new Digest(3, 0, 0, 0), item);
            one.end(Optional.empty());
            try (PageStore again = new PageStore(Optional.of(path), Optional.of(key))) {
                for (int i = 1; i <= 3; i++) {
                    assertThat(again.root(new Digest(i, 0, 0, 0))).isPresent();
                }
            }
        }
    }
}
