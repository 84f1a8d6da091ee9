package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A tree to be archived, described by paths such as {@code a/b.txt} and contents. */
public final class MemoryTree {
    private MemoryTree() {}

    public static SourceEntry.Directory of(Map<String, byte[]> files) {
        return directory("", new TreeMap<>(files));
    }

    private static Dir directory(String name, Map<String, byte[]> files) {
        Map<String, Map<String, byte[]>> below = new TreeMap<>();
        Map<String, SourceEntry> children = new TreeMap<>();
        files.forEach(
                (path, content) -> {
                    int slash = path.indexOf('/');
                    if (slash < 0) {
                        children.put(path, new Plain(path, content));
                    } else {
                        below.computeIfAbsent(path.substring(0, slash), k -> new TreeMap<>())
                                .put(path.substring(slash + 1), content);
                    }
                });
        below.forEach((child, more) -> children.put(child, directory(child, more)));
        return new Dir(name, new ArrayList<>(children.values()));
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 0, 0, 1_700_000_000, 0));
    }

    private record Dir(String text, List<SourceEntry> entries) implements SourceEntry.Directory {
        @Override
        public byte[] name() {
            return text.getBytes(UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MemoryTree.metadata(Stat.DIRECTORY | 0755);
        }

        @Override
        public Iterator<SourceEntry> children() {
            return entries.iterator();
        }
    }

    private record Plain(String text, byte[] content) implements SourceEntry.File {
        @Override
        public byte[] name() {
            return text.getBytes(UTF_8);
        }

        @Override
        public EntryMetadata metadata() {
            return MemoryTree.metadata(Stat.REGULAR | 0644);
        }

        @Override
        public long sizeBytes() {
            return content.length;
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
            return Optional.of(new Reading(content));
        }
    }

    /** Bytes as the content of a file or an image. */
    public static SourceEntry.Content content(byte[] bytes) {
        return new Reading(bytes);
    }

    private static final class Reading implements SourceEntry.Content {
        private final byte[] content;
        private int at;

        Reading(byte[] content) {
            this.content = content;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (at == content.length) {
                return -1;
            }
            int n = Math.min(length, content.length - at);
            System.arraycopy(content, at, buffer, offset, n);
            at += n;
            return n;
        }

        @Override
        public void close() {}
    }
}
