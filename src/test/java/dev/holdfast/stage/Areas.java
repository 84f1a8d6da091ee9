package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Short ways to make areas and to use them, for tests. */
final class Areas {
    static final Caller ROOT = new Caller(0, 0, 0);
    static final Caller USER = new Caller(1000, 100, 022);
    static final int RDWR = 2;

    static final KeyWrap WRAP =
            new KeyWrap() {
                @Override
                public byte[] wrap(byte[] secret) {
                    byte[] sealed = secret.clone();
                    for (int i = 0; i < sealed.length; i++) {
                        sealed[i] ^= 0x5a;
                    }
                    return sealed;
                }

                @Override
                public byte[] unwrap(byte[] sealed) {
                    return wrap(sealed);
                }
            };

    /** No seal but those that a test asks for. */
    static final StageOptions QUIET =
            StageOptions.defaults().withSyncInterval(Duration.ofDays(1)).withSegmentBytes(1 << 20);

    private Areas() {}

    static StagingArea create(Disk disk) {
        return create(disk, Optional.empty());
    }

    static StagingArea create(Disk disk, Optional<Base> base) {
        try {
            return StagingArea.create(disk, WRAP, QUIET, base);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StagingArea open(Disk disk) {
        try {
            return StagingArea.open(
                    disk,
                    WRAP,
                    QUIET,
                    descriptor -> {
                        throw new AssertionError("there is no base");
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Directory root(StagingArea area) {
        return area.fileSystem().root();
    }

    static Node at(StagingArea area, String path) {
        Node node = root(area);
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                node = ((Directory) node).lookup(bytes(name));
            }
        }
        return node;
    }

    static Directory dir(StagingArea area, String path) {
        return (Directory) at(area, path);
    }

    static OpenFile create(Directory directory, String name) {
        return directory.create(bytes(name), 0644, RDWR, ROOT).file();
    }

    static void write(OpenFile file, long offset, String text) {
        file.write(offset, ByteBuffer.wrap(bytes(text)));
    }

    static void put(Directory directory, String name, byte[] content) {
        OpenFile file = create(directory, name);
        if (content.length > 0) {
            file.write(0, ByteBuffer.wrap(content));
        }
        file.flush();
        file.release();
    }

    static byte[] read(OpenFile file, long offset, int length) {
        ByteBuffer target = ByteBuffer.allocateDirect(length);
        file.read(offset, target);
        byte[] result = new byte[target.position()];
        target.flip().get(result);
        return result;
    }

    static byte[] content(Node node) {
        OpenFile file = node.open(0);
        try {
            return read(file, 0, (int) node.attributes().sizeBytes() + 1);
        } finally {
            file.release();
        }
    }

    static String text(Node node) {
        return new String(content(node), StandardCharsets.UTF_8);
    }

    static List<String> list(Directory directory) {
        List<String> names = new ArrayList<>();
        directory.list(
                0,
                (name, inode, mode, next) -> {
                    names.add(new String(name, StandardCharsets.UTF_8));
                    return true;
                });
        return names;
    }

    /** Everything that can be seen of a tree, by path, as text. */
    static Map<String, String> dump(StagingArea area) {
        Map<String, String> found = new TreeMap<>();
        dump(root(area), "", found);
        return found;
    }

    private static void dump(Directory directory, String path, Map<String, String> found) {
        for (String name : list(directory)) {
            Node node = directory.lookup(bytes(name));
            Attributes a = node.attributes();
            String below = path + "/" + name;
            StringBuilder text = new StringBuilder(Integer.toOctalString(a.mode()));
            text.append(' ').append(a.uid()).append(':').append(a.gid());
            if (!a.isDirectory()) {
                text.append(" links ").append(a.links());
            }
            for (String xattr : node.xattrNames()) {
                text.append(' ')
                        .append(xattr)
                        .append('=')
                        .append(
                                new String(
                                        node.xattr(xattr).orElseThrow(), StandardCharsets.UTF_8));
            }
            if (a.isRegular()) {
                byte[] content = content(node);
                text.append(" size ").append(content.length);
                text.append(" hash ").append(java.util.Arrays.hashCode(content));
            } else if (a.type() == Attributes.SYMLINK) {
                text.append(" -> ").append(new String(node.readLink(), StandardCharsets.UTF_8));
            }
            found.put(below, text.toString());
            if (node instanceof Directory child) {
                dump(child, below, found);
            }
        }
    }
}
