package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a kernel does with a file system: resolve paths, list directories page by page, read. */
final class Walk {
    private Walk() {}

    /** An entry as a listing shows it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Listed(byte[] name, long inode, int mode) {
        String text() {
            return new String(name, UTF_8);
        }
    }

    static Node node(FileSystem fs, String path) {
        Node node = fs.root();
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                node = ((Directory) node).lookup(name.getBytes(UTF_8));
            }
        }
        return node;
    }

    static Directory directory(FileSystem fs, String path) {
        return (Directory) node(fs, path);
    }

    /** All entries, fetched in pages of that many. */
    static List<Listed> list(Directory directory, int pageEntries) {
        List<Listed> all = new ArrayList<>();
        long[] cursor = {0};
        while (true) {
            int before = all.size();
            directory.list(
                    cursor[0],
                    (name, inode, mode, next) -> {
                        if (all.size() - before == pageEntries) {
                            return false;
                        }
                        if (next < 1) {
                            throw new AssertionError("cursor " + next);
                        }
                        all.add(new Listed(name, inode, mode));
                        cursor[0] = next;
                        return true;
                    });
            if (all.size() == before) {
                return all;
            }
        }
    }

    static List<String> names(Directory directory) {
        return list(directory, 100).stream().map(Listed::text).sorted().toList();
    }

    static byte[] read(Node node) {
        OpenFile file = node.open(0);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocateDirect(128 << 10);
            while (true) {
                buffer.clear();
                file.read(out.size(), buffer);
                if (buffer.position() == 0) {
                    return out.toByteArray();
                }
                byte[] bytes = new byte[buffer.position()];
                buffer.flip().get(bytes);
                out.writeBytes(bytes);
            }
        } finally {
            file.release();
        }
    }
}
