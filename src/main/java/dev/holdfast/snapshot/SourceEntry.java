package dev.holdfast.snapshot;

import dev.holdfast.chunk.EncodedChunk;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.EntryMetadata;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something to be archived, as a source of trees describes it. Each kind of object is one of the
 * interfaces below.
 */
public interface SourceEntry {
    /** Raw bytes; not used of a root. */
    byte[] name();

    /** All that is stored of it besides its content. */
    EntryMetadata metadata();

    /** A directory. */
    interface Directory extends SourceEntry {
        /**
         * The children in unsigned byte order of their names, made as they are asked for; walked
         * once.
         */
        Iterator<SourceEntry> children();
    }

    /** A regular file. */
    interface File extends SourceEntry {
        /** Content length; what is read is cut or filled with zeros to it. */
        long sizeBytes();

        /** The identity that all names of a file share; empty if it has only one name. */
        Optional<Object> linkIdentity();

        /**
         * Where the payload header of the same content is in the payload stream of the base, if the
         * content is known to be unchanged.
         */
        OptionalLong baseOffset();

        /** Whether the base has a file of that path, for counting. */
        default boolean isInBase() {
            return baseOffset().isPresent();
        }

        /**
         * Opens the content for one reading; empty if the file has vanished or may not be read,
         * which the source has reported.
         */
        Optional<Content> open();
    }

    /** A symbolic link. */
    interface Symlink extends SourceEntry {
        /** Raw bytes. */
        byte[] target();
    }

    /** A device node; the mode says of which kind. */
    interface Device extends SourceEntry {
        /** Which device. */
        DeviceNumber device();
    }

    /** A FIFO or a socket; the mode says which. */
    interface Special extends SourceEntry {}

    /** The content of a file, read forward. */
    interface Content extends AutoCloseable {
        /** Reads up to {@code length} bytes (≥ 1); −1 at the end. */
        int read(byte[] buffer, int offset, int length);

        /**
         * The whole chunk that begins here and is encoded already, for this archive's mode and key.
         * A source that has some ends each {@link #read} where one begins at the latest.
         */
        default Optional<EncodedChunk> chunk() {
            return Optional.empty();
        }

        /** Steps over what {@link #chunk} returned. */
        default void skipChunk() {
            throw new IllegalStateException("there is no chunk");
        }

        @Override
        void close();
    }
}
