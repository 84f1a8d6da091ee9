package dev.holdfast.format.pxar;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * An object of an archive under one of its names. All offsets are in the metadata archive, or in
 * the unified one.
 */
public final class Entry {
    private final byte[] name;
    private final long nameOffset;
    private final long filenameOffset;
    private final long entryOffset;
    private final EntryMetadata metadata;
    private final Body body;

    /**
     * @param name empty for the root
     * @param nameOffset offset of the FILENAME item this entry was reached by
     * @param filenameOffset offset of the FILENAME item before its ENTRY item; another one than
     *     {@code nameOffset} if it was reached through a hard link
     * @param entryOffset offset of its ENTRY item
     */
    public Entry(
            byte[] name,
            long nameOffset,
            long filenameOffset,
            long entryOffset,
            EntryMetadata metadata,
            Body body) {
        this.name = requireNonNull(name);
        this.nameOffset = nameOffset;
        this.filenameOffset = filenameOffset;
        this.entryOffset = entryOffset;
        this.metadata = requireNonNull(metadata);
        this.body = requireNonNull(body);
    }

    /** The same object under another name. */
    public Entry linkedAs(byte[] otherName, long otherNameOffset) {
        return new Entry(otherName, otherNameOffset, filenameOffset, entryOffset, metadata, body);
    }

    /** Empty for the root. */
    public byte[] name() {
        return name;
    }

    /** Where this name is: the position of the entry in a listing of its directory. */
    public long nameOffset() {
        return nameOffset;
    }

    /** What hard links refer to; of the root, its ENTRY item. */
    public long filenameOffset() {
        return filenameOffset;
    }

    /** The identity of the object: hard links share it, nothing else does. */
    public long entryOffset() {
        return entryOffset;
    }

    /** Whether it was reached through a hard link. */
    public boolean isHardLink() {
        return nameOffset != filenameOffset;
    }

    public EntryMetadata metadata() {
        return metadata;
    }

    public Body body() {
        return body;
    }

    public boolean isDirectory() {
        return body instanceof Body.Directory;
    }

    public boolean isRegular() {
        return body instanceof Body.Regular;
    }

    /** {@code st_mode} with the type bits that the body has, whatever the stored ones are. */
    public int mode() {
        return body.typeBits() | metadata.stat().permissions();
    }

    @Override
    public String toString() {
        return new String(name, StandardCharsets.UTF_8)
                + " "
                + Integer.toOctalString(mode())
                + " at "
                + entryOffset;
    }
}
