package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.mount.RepositoryFileSystem;
import dev.holdfast.mount.ViewOptions;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.pbs.server.SlowLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A mount over a line of 100 Mbit/s on which an answer takes 20 ms at least. */
class PbsSlowLinkTest extends OnServer {
    private static final long BYTES_PER_SECOND = 100_000_000 / 8;
    private static final int ONE_WAY_MILLIS = 10;
    private static final int FILE_BYTES = 30_000_000;

    /** The machine may be busy with something else; what counts is what the mount is able to. */
    private static final int ATTEMPTS = 6;

    private RepositoryFileSystem mount(SlowLink link) {
        return new RepositoryFileSystem(
                repository(through(link, tokenAccess())),
                new KeyRing(List.of(key)),
                ViewOptions.defaults());
    }

    private static Node node(RepositoryFileSystem view, String path) {
        Node node = view.root();
        for (String name : path.split("/", -1)) {
            node = ((Directory) node).lookup(name.getBytes(StandardCharsets.UTF_8));
        }
        return node;
    }

    private static String archive(long time) {
        return GROUP + "/" + GROUP.at(time).timeText() + "/root.pxar";
    }

    @Test
    void readsForwardAtNearlyTheSpeedOfTheLine() throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            backUp(repository(), FIRST + i, Map.of("large", random(i, FILE_BYTES)));
        }
        double best = 0;
        for (int i = 0; i < ATTEMPTS && best < 0.8; i++) {
            try (SlowLink link = new SlowLink(server.port(), BYTES_PER_SECOND, ONE_WAY_MILLIS)) {
                RepositoryFileSystem view = mount(link);
                try {
                    OpenFile file = node(view, archive(FIRST + i) + "/large").open(0);
                    ByteBuffer buffer = ByteBuffer.allocateDirect(128 << 10);
                    file.read(0, buffer);
                    long startBytes = link.receivedBytes();
                    long start = System.nanoTime();
                    long at = buffer.position();
                    while (at < FILE_BYTES) {
                        buffer.clear();
                        file.read(at, buffer);
                        at += buffer.position();
                    }
                    double seconds = (System.nanoTime() - start) / 1e9;
                    assertThat(link.receivedBytes()).isGreaterThan(FILE_BYTES);
                    best =
                            Math.max(
                                    best,
                                    (link.receivedBytes() - startBytes)
                                            / seconds
                                            / BYTES_PER_SECOND);
                    file.release();
                } finally {
                    view.close();
                }
            }
        }
        assertThat(best).as("part of the line that was used").isGreaterThan(0.8);
    }

    @Test
    void listsEverythingFromTheMetadataArchiveAlone() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            files.put(
                    "d" + i % 100 + "/file" + i, ("content " + i).getBytes(StandardCharsets.UTF_8));
        }
        files.put("large", random(7, FILE_BYTES));
        backUp(repository(), FIRST, files);
        long metadataChunks;
        long metadataBytes = 0;
        try (Snapshot snapshot = open(repository(), FIRST)) {
            ManifestFile metadata = snapshot.manifest().file("root.mpxar.didx").orElseThrow();
            var index = snapshot.reader().index(metadata);
            metadataChunks = index.chunkCount();
            for (int i = 0; i < metadataChunks; i++) {
                metadataBytes += snapshot.reader().chunk(index.digest(i)).lengthBytes();
            }
        }
        long chunksBefore = requests("GET /chunk");
        try (SlowLink link = new SlowLink(server.port(), BYTES_PER_SECOND, ONE_WAY_MILLIS)) {
            RepositoryFileSystem view = mount(link);
            try {
                // The directory of all, the 100 below it, and the 20,001 files.
                assertThat(listAll((Directory) node(view, archive(FIRST)))).isEqualTo(20_101);
            } finally {
                view.close();
            }
            assertThat(requests("GET /chunk") - chunksBefore).isBetween(1L, metadataChunks);
            assertThat(link.receivedBytes())
                    .as("what came over the line, beside %s of metadata", metadataBytes)
                    .isLessThan(metadataBytes + 200_000);
        }
    }

    /** As {@code ls -lR}: names page by page, attributes, attributes' names. */
    private static int listAll(Directory directory) {
        int[] count = {0};
        long[] cursor = {0};
        boolean[] more = {true};
        Map<String, Node> children = new HashMap<>();
        while (more[0]) {
            more[0] = false;
            directory.list(
                    cursor[0],
                    (name, inode, mode, next) -> {
                        children.put(
                                new String(name, StandardCharsets.UTF_8), directory.lookup(name));
                        cursor[0] = next;
                        more[0] = true;
                        return true;
                    });
        }
        for (Node child : children.values()) {
            Attributes attributes = child.attributes();
            count[0]++;
            assertThat(child.xattrNames()).isEmpty();
            if (attributes.isDirectory()) {
                count[0] += listAll((Directory) child);
            }
        }
        return count[0];
    }
}
