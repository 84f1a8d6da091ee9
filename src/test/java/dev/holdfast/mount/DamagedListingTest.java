package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.Keys;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A directory whose entries fill several chunks, one of which is damaged. */
class DamagedListingTest {
    private static final int FILES = 200_000;
    private static final int PAGE_ENTRIES = 777;

    @Test
    void everythingOutsideOfTheDamageIsListedAndTheEndIsAnError() {
        Path store = KeptStore.empty();
        BackupKey key = Keys.k0();
        try (Repository repository = LocalDatastore.open(store);
                KeyRing keys = new KeyRing(List.of(key))) {
            LargeSnapshots.wide(repository, key, "wide", FILES);
            List<String> intact = damageMiddle(store, repository, keys);
            RepositoryFileSystem fs =
                    new RepositoryFileSystem(repository, keys, ViewOptions.defaults());
            Directory directory =
                    Walk.directory(
                            fs,
                            LargeSnapshots.id("wide")
                                    + "/root.pxar/"
                                    + LargeSnapshots.directoryName(0));
            List<String> listed = new ArrayList<>();
            assertThatThrownBy(() -> list(directory, listed))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EIO));
            assertThat(listed).isEqualTo(intact);
            fs.close();
        }
    }

    /** Damages a chunk; names of entries that need nothing of it. */
    private static List<String> damageMiddle(Path store, Repository repository, KeyRing keys) {
        List<String> intact = new ArrayList<>();
        try (Snapshot snapshot =
                Snapshot.open(
                        repository.open(Namespace.ROOT, LargeSnapshots.id("wide")),
                        keys,
                        new ChunkCache(64 << 20))) {
            ChunkIndex index =
                    snapshot.source(snapshot.manifest().file("root.mpxar.didx").orElseThrow())
                            .index();
            assertThat(index.chunkCount()).isGreaterThan(2);
            long from = index.startOffset(1);
            long to = index.endOffset(1);
            ArchiveReader archive = snapshot.archive("root.pxar");
            Entry directory =
                    archive.lookupPath(LargeSnapshots.directoryName(0).getBytes(UTF_8))
                            .orElseThrow();
            DirectoryListing listing = archive.open(directory).list();
            Optional<Entry> previous = Optional.empty();
            while (listing.hasNext()) {
                Entry entry = listing.next();
                boolean damaged = entry.nameOffset() < to && listing.position() > from;
                // A second name lies far enough behind its file to be elsewhere.
                boolean targetDamaged =
                        entry.isHardLink()
                                && entry.filenameOffset() < to
                                && entry.filenameOffset() + size(previous, entry) > from;
                if (!damaged && !targetDamaged) {
                    intact.add(new String(entry.name(), UTF_8));
                }
                previous = Optional.of(entry);
            }
            assertThat(intact).hasSizeBetween(FILES / 20, FILES - 1000);
            StoreCopy.damage(store, index.digest(1));
        }
        return intact;
    }

    /** All files take the same: what the one before took is what the linked one takes. */
    private static long size(Optional<Entry> previous, Entry entry) {
        return entry.nameOffset() - previous.orElseThrow().nameOffset();
    }

    private static void list(Directory directory, List<String> listed) {
        long[] cursor = {0};
        while (true) {
            int before = listed.size();
            directory.list(
                    cursor[0],
                    (name, inode, mode, next) -> {
                        if (listed.size() - before == PAGE_ENTRIES) {
                            return false;
                        }
                        listed.add(new String(name, UTF_8));
                        cursor[0] = next;
                        return true;
                    });
            if (listed.size() == before) {
                return;
            }
        }
    }
}
