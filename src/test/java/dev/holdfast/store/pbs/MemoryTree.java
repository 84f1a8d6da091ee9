package dev.holdfast.store.pbs;

import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A directory of files in memory, to be backed up. */
final class MemoryTree implements SourceEntry.Directory {
    private final TreeMap<String, SourceEntry> children = new TreeMap<>();

    MemoryTree(Map<String, byte[]> files) {
        files.forEach((name, content) -> children.put(name, new MemoryFile(name, content)));
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 0, 0, 1_700_000_000, 0));
    }

    @Override
    public byte[] name() {
        return new byte[0];
    }

    @Override
    public EntryMetadata metadata() {
        return metadata(Stat.DIRECTORY | 0755);
    }

    @Override
    public Iterator<SourceEntry> children() {
        return children.values().iterator();
    }

    /** Bytes as the content of a file or an image. */
    static SourceEntry.Content content(byte[] bytes) {
        return new SourceEntry.Content() {
            private int position;

            @Override
            public int read(byte[] buffer, int offset, int length) {
                int n = Math.min(length, bytes.length - position);
                System.arraycopy(bytes, position, buffer, offset, n);
                position += n;
                return n == 0 ? -1 : n;
            }

            @Override
            public void close() {}
        };
    }

    private record MemoryFile(String text, byte[] bytes) implements SourceEntry.File {
        @Override
        public byte[] name() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MemoryTree.metadata(Stat.REGULAR | 0644);
        }

        @Override
        public long sizeBytes() {
            return bytes.length;
        }

        @Override
        public Optional<Object> linkIdentity() {
            return Optional.empty();
        }

        @Override
        public OptionalLong baseOffset() {
            return OptionalLong.empty();
        }

        @Override
        public Optional<Content> open() {
            return Optional.of(content(bytes));
        }
    }
}
