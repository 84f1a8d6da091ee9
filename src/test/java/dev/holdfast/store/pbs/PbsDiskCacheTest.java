package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.mount.RepositoryFileSystem;
import dev.holdfast.mount.Scope;
import dev.holdfast.mount.ViewOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a mount has read of a server once, it does not fetch again. */
class PbsDiskCacheTest extends OnServer {
    private static final String CHUNK = "GET /chunk";

    private DiskCache disk() {
        return DiskCache.open(temporary.resolve("cache"), 1L << 30);
    }

    /** Reads all files through a mount that has nothing in memory. */
    private void readEverything(DiskCache disk) {
        RepositoryFileSystem mount =
                new RepositoryFileSystem(
                        repository(),
                        new KeyRing(List.of(key)),
                        ViewOptions.defaults()
                                .withScope(
                                        new Scope.Archive(
                                                Namespace.ROOT, GROUP.at(FIRST), "root.pxar")),
                        new ChunkCache(64 << 20, Optional.of(disk), ChunkCache.LoadListener.NONE));
        try {
            Directory root = mount.root();
            files().forEach((name, content) -> assertThat(read(root, name)).isEqualTo(content));
        } finally {
            mount.close();
        }
    }

    private static byte[] read(Directory root, String name) {
        Node node = root.lookup(name.getBytes(StandardCharsets.UTF_8));
        ByteBuffer target = ByteBuffer.allocateDirect((int) node.attributes().sizeBytes());
        OpenFile file = node.open(0);
        file.read(0, target);
        file.release();
        assertThat(target.hasRemaining()).isFalse();
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return bytes;
    }

    @Test
    void aSecondColdMountFetchesNoChunk() {
        backUp(repository(), FIRST, files());
        readEverything(disk());
        long fetched = requests(CHUNK);
        assertThat(fetched).isGreaterThan(4);
        DiskCache again = disk();
        readEverything(again);
        assertThat(requests(CHUNK)).isEqualTo(fetched);
        assertThat(again.figures().hits()).isEqualTo(fetched);
        assertThat(again.figures().misses()).isZero();
    }
}
