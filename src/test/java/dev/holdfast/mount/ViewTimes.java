package dev.holdfast.mount;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.SourceEntry;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times of a walk over 85,000 entries and of reading a file, in-process, to be run by hand: {@code
 * DATASTORE}, which is made with a snapshot {@code host/times} if it is not there.
 */
final class ViewTimes {
    private static final SnapshotId SNAPSHOT = SnapshotId.parse("host/times/2026-01-01T00:00:00Z");

    private ViewTimes() {}

    public static void main(String[] args) {
        Path store = Path.of(args[0]);
        BackupKey key = GoldenKeys.key1();
        if (!Files.exists(store)) {
            make(store, key);
        }
        try (Repository repository = LocalDatastore.open(store);
                KeyRing keys = new KeyRing(List.of(key))) {
            for (int round = 0; round < 5; round++) {
                RepositoryFileSystem fs =
                        new RepositoryFileSystem(repository, keys, ViewOptions.defaults());
                long start = System.nanoTime();
                long entries = walk(Walk.directory(fs, SNAPSHOT + "/root.pxar"));
                long walked = System.nanoTime() - start;
                System.out.printf(
                        "%d entries listed and looked up in %d ms, %.1f us each%n",
                        entries, walked / 1_000_000, walked / 1000.0 / entries);
                for (int again = 0; again < 2; again++) {
                    Node big = Walk.node(fs, SNAPSHOT + "/root.pxar/big");
                    start = System.nanoTime();
                    long bytes = read(big);
                    long time = System.nanoTime() - start;
                    System.out.printf(
                            "%d MB read in %d ms, %.0f MB/s%n",
                            bytes >> 20, time / 1_000_000, bytes * 1000.0 / time);
                }
                fs.close();
            }
        }
    }

    private static long walk(Directory directory) {
        long entries = 0;
        long[] cursor = {0};
        List<byte[]> page = new ArrayList<>();
        do {
            page.clear();
            directory.list(
                    cursor[0],
                    (name, inode, mode, next) -> {
                        if (page.size() == 100) {
                            return false;
                        }
                        cursor[0] = next;
                        return page.add(name);
                    });
            for (byte[] name : page) {
                Node node = directory.lookup(name);
                entries += node.attributes().links() > 0 ? 1 : 0;
                node.xattr("system.posix_acl_access");
                if (node instanceof Directory child) {
                    entries += walk(child);
                }
            }
        } while (!page.isEmpty());
        return entries;
    }

    private static long read(Node node) {
        OpenFile file = node.open(0);
        ByteBuffer buffer = ByteBuffer.allocateDirect(128 << 10);
        long at = 0;
        do {
            buffer.clear();
            file.read(at, buffer);
            at += buffer.position();
        } while (buffer.position() > 0);
        file.release();
        return at;
    }

    private static void make(Path store, BackupKey key) {
        List<SourceEntry> top = new ArrayList<>();
        top.add(MadeTree.file("big", 200 << 20));
        for (int d = 0; d < 80; d++) {
            List<SourceEntry> files = new ArrayList<>();
            for (int f = 0; f < 1000; f++) {
                files.add(MadeTree.file(String.format("file%05d.txt", f), 100 + f % 7));
            }
            top.add(MadeTree.directory(String.format("dir%03d", d), files));
        }
        List<SourceEntry> flat = new ArrayList<>();
        for (int f = 0; f < 85_000; f++) {
            flat.add(MadeTree.file(String.format("file%05d.txt", f), 10));
        }
        LocalDatastore.create(store, Optional.of("view-times"));
        try (Repository repository = LocalDatastore.open(store);
                SnapshotBuilder builder =
                        SnapshotBuilder.begin(
                                repository,
                                Namespace.ROOT,
                                SNAPSHOT,
                                new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false),
                                2)) {
            for (String name : List.of("root.pxar", "flat.pxar")) {
                builder.tree(
                        name,
                        MadeTree.directory("", name.equals("root.pxar") ? top : flat),
                        Optional.empty(),
                        Optional.empty(),
                        ArchiveListener.NONE);
            }
            builder.finish(Optional.empty());
        }
    }
}
