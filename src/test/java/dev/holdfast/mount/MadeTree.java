package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Trees to be backed up, made from a description. */
final class MadeTree {
    private MadeTree() {}

    /** A directory; children in order of their names. */
    static SourceEntry.Directory directory(String name, List<SourceEntry> children) {
        return new MadeDirectory(name, children);
    }

    /** A file of random bytes that its name decides. */
    static SourceEntry.File file(String name, int sizeBytes) {
        return new MadeFile(name, sizeBytes, Optional.empty());
    }

    /** One of several names of a file. */
    static SourceEntry.File linked(String name, int sizeBytes, Object identity) {
        return new MadeFile(name, sizeBytes, Optional.of(identity));
    }

    /** A symbolic link. */
    static SourceEntry.Symlink symlink(String name, String target) {
        return new MadeLink(name, target);
    }

    /** What is in a file of that name. */
    static byte[] content(String name, int sizeBytes) {
        byte[] content = new byte[sizeBytes];
        new Random(name.hashCode()).nextBytes(content);
        return content;
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 1000, 1000, 1_700_000_000, 42));
    }

    private record MadeDirectory(String text, List<SourceEntry> list)
            implements SourceEntry.Directory {
        @Override
        public byte[] name() {
            return text.getBytes(UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MadeTree.metadata(Stat.DIRECTORY | 0755);
        }

        @Override
        public Iterator<SourceEntry> children() {
            return list.iterator();
        }
    }

    private record MadeLink(String text, String to) implements SourceEntry.Symlink {
        @Override
        public byte[] name() {
            return text.getBytes(UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MadeTree.metadata(Stat.SYMLINK | 0777);
        }

        @Override
        public byte[] target() {
            return to.getBytes(UTF_8);
        }
    }

    private record MadeFile(String text, int bytes, Optional<Object> linkIdentity)
            implements SourceEntry.File {
        @Override
        public byte[] name() {
            return text.getBytes(UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MadeTree.metadata(Stat.REGULAR | 0644);
        }

        @Override
        public long sizeBytes() {
            return bytes;
        }

        @Override
        public OptionalLong baseOffset() {
            return OptionalLong.empty();
        }

        @Override
        public Optional<Content> open() {
            byte[] content = content(text, bytes);
            return Optional.of(
                    new Content() {
                        private int at;

                        @Override
                        public int read(byte[] buffer, int offset, int length) {
                            int n = Math.min(length, content.length - at);
                            System.arraycopy(content, at, buffer, offset, n);
                            at += n;
                            return n == 0 ? -1 : n;
                        }

                        @Override
                        public void close() {}
                    });
        }
    }
}
