package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The directory {@code .holdfast} in the root of a staging mount. It is found but not listed, so
 * that no copy of the tree contains it. Reading {@code status} gives a JSON text; each line written
 * to {@code commit} is carried out, and the write, or for a line without an end the close, returns
 * when that has succeeded or fails with its error number. There may be a report, which is made when
 * it is opened, for a mount may be read-only: {@code NAME-ARGUMENT} is neither listed.
 */
public final class ControlDirectory implements Directory {
    /** Its name. */
    public static final String NAME = ".holdfast";

    private static final long FIRST_INODE = Long.MAX_VALUE - 16;
    private static final int MAX_LINE_BYTES = 4096;
    private static final byte[] STATUS = ascii("status");
    private static final byte[] COMMIT = ascii("commit");

    private final FileTime since = FileTime.now();
    private final int uid;
    private final int gid;
    private final Supplier<byte[]> status;
    private final Consumer<String> commit;
    private Optional<Report> report = Optional.empty();
    private Optional<Directory> above = Optional.empty();

    private record Report(String name, Function<String, byte[]> text) {}

    /**
     * Shown as belonging to {@code uid} and {@code gid} alone.
     *
     * @param status the text of {@code status}
     * @param commit carries out a line of {@code commit}; throws {@link Errno} if that fails
     */
    public ControlDirectory(int uid, int gid, Supplier<byte[]> status, Consumer<String> commit) {
        this.uid = uid;
        this.gid = gid;
        this.status = status;
        this.commit = commit;
    }

    /**
     * Adds a report; to be called before the directory is used.
     *
     * @param name what its file is called before the {@code -}
     * @param text makes it, of what stands behind the {@code -}; throws {@link Errno} if that fails
     */
    public ControlDirectory withReport(String name, Function<String, byte[]> text) {
        report = Optional.of(new Report(name + "-", text));
        return this;
    }

    /** Says which directory it is in; to be called before it is used. */
    void putInto(Directory root) {
        above = Optional.of(root);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Attributes attributes(int number, int mode, long sizeBytes) {
        FileTime time = number == 1 ? FileTime.now() : since;
        return new Attributes(
                FIRST_INODE + number,
                mode,
                number == 0 ? 2 : 1,
                uid,
                gid,
                0,
                sizeBytes,
                0,
                time,
                time,
                time);
    }

    @Override
    public Attributes attributes() {
        return attributes(0, Attributes.DIRECTORY | 0700, 0);
    }

    @Override
    public long parentInode() {
        return above.orElse(this).attributes().inode();
    }

    @Override
    public Node lookup(byte[] name) {
        if (Arrays.equals(name, STATUS)) {
            return new TextNode(1, () -> status.get().length, status);
        }
        if (Arrays.equals(name, COMMIT)) {
            return new CommitNode();
        }
        String asked = new String(name, StandardCharsets.US_ASCII);
        if (report.isPresent() && asked.startsWith(report.get().name())) {
            String argument = asked.substring(report.get().name().length());
            Function<String, byte[]> text = report.get().text();
            // Numbers of their own: the kernel tells nodes apart by them.
            int number = -1 - (argument.hashCode() & 0xffffff);
            return new TextNode(number, () -> 0, () -> text.apply(argument));
        }
        throw new Errno(Errno.ENOENT);
    }

    @Override
    public long validMillis() {
        return 0;
    }

    @Override
    public void list(long cursor, EntrySink sink) {
        List<byte[]> names = List.of(STATUS, COMMIT);
        for (int i = (int) Math.min(cursor, names.size()); i < names.size(); i++) {
            int number = i + 1;
            if (!sink.accept(names.get(i), FIRST_INODE + number, Attributes.REGULAR, number)) {
                return;
            }
        }
    }

    /** A text that is made anew at each open. */
    private final class TextNode implements Node {
        private final int number;
        private final LongSupplier sizeBytes;
        private final Supplier<byte[]> making;

        TextNode(int number, LongSupplier sizeBytes, Supplier<byte[]> making) {
            this.number = number;
            this.sizeBytes = sizeBytes;
            this.making = making;
        }

        @Override
        public Attributes attributes() {
            return ControlDirectory.this.attributes(
                    number, Attributes.REGULAR | 0400, sizeBytes.getAsLong());
        }

        @Override
        public OpenFile open(int flags) {
            if ((flags & 3) != 0) {
                throw new Errno(Errno.EACCES);
            }
            byte[] text = making.get().clone();
            return new OpenFile() {
                @Override
                public boolean bypassesCache() {
                    return true;
                }

                @Override
                public Node node() {
                    return TextNode.this;
                }

                @Override
                public void read(long offset, ByteBuffer target) {
                    if (offset < text.length) {
                        int bytes = (int) Math.min(target.remaining(), text.length - offset);
                        target.put(text, (int) offset, bytes);
                    }
                }

                @Override
                public void release() {}
            };
        }
    }

    private final class CommitNode implements Node {
        @Override
        public Attributes attributes() {
            return ControlDirectory.this.attributes(2, Attributes.REGULAR | 0200, 0);
        }

        @Override
        public void truncate(long sizeBytes, dev.holdfast.fuse.Caller caller) {}

        @Override
        public OpenFile open(int flags) {
            if ((flags & 3) == 0) {
                throw new Errno(Errno.EACCES);
            }
            return new CommitFile(this);
        }
    }

    /** Gathers written bytes to lines. */
    private final class CommitFile implements OpenFile {
        private final Node node;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        CommitFile(Node node) {
            this.node = node;
        }

        @Override
        public boolean bypassesCache() {
            return true;
        }

        @Override
        public Node node() {
            return node;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            throw new Errno(Errno.EBADF);
        }

        @Override
        public synchronized void write(long offset, ByteBuffer source) {
            while (source.hasRemaining()) {
                byte next = source.get();
                if (next == '\n') {
                    carryOut();
                } else if (line.size() == MAX_LINE_BYTES) {
                    throw new Errno(Errno.EFBIG);
                } else {
                    line.write(next);
                }
            }
        }

        private void carryOut() {
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            commit.accept(text);
        }

        @Override
        public synchronized void flush() {
            if (line.size() > 0) {
                carryOut();
            }
        }

        @Override
        public void release() {}
    }
}
