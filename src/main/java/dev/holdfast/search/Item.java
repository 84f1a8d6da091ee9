package dev.holdfast.search;

import static java.util.Objects.requireNonNull;

import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.DeviceNumber;
import java.util.List;
import java.util.Optional;

/**
 * What a directory says of one name. Hard links are the file that they name.
 *
 * @param name raw bytes
 * @param complete whether all of it is known; a catalog knows only names, kinds, and sizes and
 *     times of regular files
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record Item(byte[] name, boolean complete, Attributes attributes, Body body) {
    public Item {
        requireNonNull(name);
        requireNonNull(attributes);
        requireNonNull(body);
    }

    /** What is special about a kind. */
    public sealed interface Body {
        Kind kind();
    }

    /**
     * A directory.
     *
     * @param pages what is in it, by rising names; equal lists mean equal trees
     */
    public record Directory(List<Digest> pages) implements Body {
        public Directory {
            pages = List.copyOf(pages);
        }

        @Override
        public Kind kind() {
            return Kind.DIRECTORY;
        }
    }

    /**
     * A regular file.
     *
     * @param sizeBytes {@link #UNKNOWN_SIZE} of a hard link in a catalog
     * @param content where its content is; not kept in pages, see {@link Contents}
     */
    public record File(long sizeBytes, Optional<ContentId> content) implements Body {
        /** A size that nobody has written down. */
        public static final long UNKNOWN_SIZE = -1;

        public File {
            requireNonNull(content);
        }

        @Override
        public Kind kind() {
            return Kind.FILE;
        }
    }

    /** A symbolic link; a catalog does not know the target, which is empty then. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Symlink(byte[] target) implements Body {
        @Override
        public Kind kind() {
            return Kind.SYMLINK;
        }
    }

    /** A device. */
    public record Device(boolean isBlock, DeviceNumber number) implements Body {
        @Override
        public Kind kind() {
            return isBlock ? Kind.BLOCK_DEVICE : Kind.CHARACTER_DEVICE;
        }
    }

    /** A FIFO or a socket. */
    public record Special(Kind kind) implements Body {}

    /** What it is. */
    public Kind kind() {
        return body.kind();
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return body instanceof Directory;
    }

    /** Length of a regular file, {@link File#UNKNOWN_SIZE} if unknown; else 0. */
    public long sizeBytes() {
        return body instanceof File file ? file.sizeBytes() : 0;
    }

    /** The pages of a directory; of anything else none. */
    public List<Digest> pages() {
        return body instanceof Directory directory ? directory.pages() : List.of();
    }

    /** {@code st_mode}. */
    public int mode() {
        return kind().typeBits() | attributes.permissions();
    }

    /** The same file with the place of its content. */
    Item at(ContentId content) {
        return new Item(name, complete, attributes, new File(sizeBytes(), Optional.of(content)));
    }

    /** The same under another name. */
    Item named(byte[] other) {
        return new Item(other, complete, attributes, body);
    }
}
