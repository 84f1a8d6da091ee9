package dev.holdfast.mount;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.StatFs;
import dev.holdfast.metrics.Activity;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.local.LocalRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/**
 * A repository as a read-only file system.
 *
 * <pre>
 * ns/NAME/…                         namespaces, where there are any
 * host|vm|ct/ID/latest              link to the newest snapshot
 * host|vm|ct/ID/TIME/root.pxar/…    a tree
 * host|vm|ct/ID/TIME/disk.img       an image
 * host|vm|ct/ID/TIME/fw.conf        a blob
 * host|vm|ct/ID/.versions/PATH/TIME the versions of a file; not listed
 * host|vm|ct/ID/.diff/TIME..TIME/added|removed|changed/PATH   differences; not listed
 * </pre>
 *
 * <p>Making one does no I/O: every directory finds out what is in it when it is looked at. Only
 * finished snapshots are shown. Thread-safe.
 */
public final class RepositoryFileSystem implements FileSystem {
    private static final int BLOCK_BYTES = 4096;
    private static final int NAME_MAX = 255;
    private static final Duration KEEP_UNUSED = Duration.ofSeconds(30);

    private final View view;
    private final Directory root;

    /**
     * A view of {@code repository}.
     *
     * @param repository stays the caller's, to be closed after this
     * @param keys also; each snapshot picks its own by its fingerprint
     */
    public RepositoryFileSystem(Repository repository, KeyRing keys, ViewOptions options) {
        this(repository, keys, options, new ChunkCache(options.cacheBytes()));
    }

    /**
     * The same with a cache of the caller's.
     *
     * @param chunks instead of one of the size that {@code options} say
     */
    public RepositoryFileSystem(
            Repository repository, KeyRing keys, ViewOptions options, ChunkCache chunks) {
        this(repository, keys, options, chunks, KEEP_UNUSED, Ticker.systemTicker());
    }

    /**
     * For tests.
     *
     * @param keepUnused how long a snapshot stays open that nobody uses
     * @param ticker clock of the refresh interval
     */
    RepositoryFileSystem(
            Repository repository,
            KeyRing keys,
            ViewOptions options,
            Duration keepUnused,
            Ticker ticker) {
        this(repository, keys, options, new ChunkCache(options.cacheBytes()), keepUnused, ticker);
    }

    private RepositoryFileSystem(
            Repository repository,
            KeyRing keys,
            ViewOptions options,
            ChunkCache chunks,
            Duration keepUnused,
            Ticker ticker) {
        this.view = new View(repository, keys, options, chunks, keepUnused, ticker);
        this.root = root(options.scope());
    }

    private Directory root(Scope scope) {
        if (scope instanceof Scope.Everything everything) {
            return new NamespaceDirectory(view, everything.namespace());
        } else if (scope instanceof Scope.Group group) {
            return new GroupDirectory(view, group.namespace(), group.group());
        } else if (scope instanceof Scope.OneSnapshot one) {
            return new SnapshotDirectory(view, new SnapshotKey(one.namespace(), one.snapshot()));
        }
        Scope.Archive archive = (Scope.Archive) scope;
        SnapshotKey key = new SnapshotKey(archive.namespace(), archive.snapshot());
        return archive.archive().endsWith(".pxar")
                ? new ArchiveRoot(view, key, archive.archive())
                : new SnapshotDirectory(view, key).only(archive.archive());
    }

    /**
     * Looks whether what is to be shown can be, so that a mount of what is not there, or of what
     * there is no key for, is refused with a message instead of failing at the first {@code ls}.
     *
     * @throws NotFound if it is not there
     * @throws dev.holdfast.BadKey if an archive is to be shown whose key is not at hand
     * @throws dev.holdfast.HoldfastException if it cannot be read
     */
    public void checkScope() {
        Scope scope = view.options().scope();
        if (scope instanceof Scope.Everything everything) {
            view.repository().groups(everything.namespace());
        } else if (scope instanceof Scope.Group group) {
            if (view.repository().snapshots(group.namespace(), group.group()).stream()
                    .noneMatch(SnapshotEntry::finished)) {
                throw new NotFound("group " + group.group() + " has no finished snapshot");
            }
        } else if (scope instanceof Scope.OneSnapshot one) {
            view.snapshots().hold(new SnapshotKey(one.namespace(), one.snapshot())).close();
        } else {
            checkArchive((Scope.Archive) scope);
        }
    }

    private void checkArchive(Scope.Archive scope) {
        SnapshotKey key = new SnapshotKey(scope.namespace(), scope.snapshot());
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            SnapshotFile file = snapshot.files().get(scope.archive());
            if (file == null) {
                throw new NotFound(
                        "snapshot "
                                + key
                                + " has no archive "
                                + scope.archive()
                                + "; it has "
                                + String.join(", ", snapshot.files().keySet()));
            }
            if (file.isTree()) {
                snapshot.archive(file);
            } else if (file instanceof SnapshotFile.Stream stream) {
                snapshot.stream(stream.index());
            } else if (file instanceof SnapshotFile.Blob blob) {
                snapshot.blob(blob.blob());
            }
        }
    }

    @Override
    public Directory root() {
        return root;
    }

    /**
     * The size of what the datastore lies on, as far as it is a local one; nothing is free. How
     * much all snapshots hold is not known, and would be more than there is.
     */
    @Override
    public StatFs statFs() {
        long blocks = 0;
        if (view.repository() instanceof LocalRepository local) {
            try {
                blocks = Files.getFileStore(local.path()).getTotalSpace() / BLOCK_BYTES;
            } catch (IOException e) {
                blocks = 0; // statfs is for orientation; reading will tell what is wrong
            }
        }
        // One inode per 16 KiB, as mke2fs counts.
        return new StatFs(BLOCK_BYTES, blocks, 0, blocks / 4, 0, NAME_MAX);
    }

    /** What was read through it, and what failed. */
    public Activity activity() {
        return view.activity();
    }

    /** For tests: how many snapshots are open now. */
    int openSnapshots() {
        return view.snapshots().count();
    }

    /** For tests: what the passing of time does to snapshots that nobody uses. */
    void closeUnusedSnapshots() {
        view.snapshots().closeUnused();
    }

    @Override
    public void close() {
        view.close();
    }
}
