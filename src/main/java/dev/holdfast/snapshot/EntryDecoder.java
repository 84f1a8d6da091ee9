package dev.holdfast.snapshot;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.AttributeItems;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.Stat;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decodes what lies between a FILENAME item and the end of the entry's own items (the grammar's
 * Child, without the children of a directory).
 */
final class EntryDecoder {
    private final boolean split;

    EntryDecoder(boolean split) {
        this.split = split;
    }

    /** Reads a FILENAME item. */
    byte[] name(ItemInput in) {
        long offset = in.position();
        ItemHeader header = in.header();
        if (header.type() != ItemType.FILENAME) {
            throw FormatException.at(offset, "no name where one is due");
        }
        return nameContent(in, header, offset);
    }

    /** Reads the content of a FILENAME item. */
    byte[] nameContent(ItemInput in, ItemHeader header, long offset) {
        int off = in.content(header);
        int len = (int) header.contentBytes() - 1;
        if (len < 0 || in.buffer()[off + len] != 0) {
            throw FormatException.at(offset, "name without its NUL");
        }
        Optional<String> problem = EntryName.problem(in.buffer(), off, len);
        if (problem.isPresent()) {
            throw FormatException.at(offset, problem.get());
        }
        return Arrays.copyOfRange(in.buffer(), off, off + len);
    }

    /** Reads the HARDLINK item behind a name, if that is what comes; else reads nothing. */
    Optional<HardLink> hardLink(ItemInput in, byte[] name, long nameOffset) {
        long offset = in.position();
        ItemHeader header = in.header();
        if (header.type() != ItemType.HARDLINK) {
            in.seek(offset);
            return Optional.empty();
        }
        int off = in.content(header);
        int end = off + (int) header.contentBytes() - 1;
        if (end < off + Long.BYTES) {
            throw FormatException.at(offset, "hard link without a target");
        }
        long distance = Bytes.getLong(in.buffer(), off);
        if (distance == 0 || Long.compareUnsigned(distance, nameOffset) > 0) {
            throw FormatException.at(offset, "hard link that does not point into the archive");
        }
        byte[] path = Arrays.copyOfRange(in.buffer(), off + Long.BYTES, end);
        return Optional.of(new HardLink(name, nameOffset, nameOffset - distance, path));
    }

    /**
     * Reads an ENTRY item and all that belongs to it. Behind it comes: the next name or a goodbye
     * table; of a directory, its first child or its own goodbye table.
     */
    Entry entry(ItemInput in, byte[] name, long filenameOffset) {
        long entryOffset = in.position();
        Stat stat = stat(in);
        AttributeItems attributes = new AttributeItems();
        while (true) {
            long offset = in.position();
            ItemHeader header = in.header();
            long type = header.type();
            if (AttributeItems.isAttribute(type)) {
                int off = in.content(header);
                attributes.add(type, in.buffer(), off, (int) header.contentBytes(), offset);
                continue;
            }
            Body body;
            if (type == ItemType.FILENAME || type == ItemType.GOODBYE) {
                in.seek(offset); // it belongs to the parent, or is a directory's first
                body = bodyWithoutItem(stat, offset);
            } else {
                body = body(in, header, stat, offset);
            }
            EntryMetadata metadata = attributes.with(stat);
            return new Entry(name, filenameOffset, filenameOffset, entryOffset, metadata, body);
        }
    }

    private static Stat stat(ItemInput in) {
        long offset = in.position();
        ItemHeader header = in.header();
        boolean v1 = header.type() == ItemType.ENTRY_V1;
        if (!v1 && header.type() != ItemType.ENTRY) {
            throw FormatException.at(offset, "no entry where one is due");
        }
        exactly(header, v1 ? Stat.V1_BYTES : Stat.BYTES, offset);
        int off = in.content(header);
        return v1 ? Stat.decodeV1(in.buffer(), off, offset) : Stat.decode(in.buffer(), off, offset);
    }

    private static Body bodyWithoutItem(Stat stat, long offset) {
        return switch (stat.type()) {
            case Stat.DIRECTORY -> new Body.Directory(offset, OptionalLong.empty());
            case Stat.FIFO -> Body.Special.FIFO;
            case Stat.SOCKET -> Body.Special.SOCKET;
            default ->
                    throw FormatException.at(
                            offset,
                            "entry of mode " + Integer.toOctalString(stat.mode()) + " has no body");
        };
    }

    private Body body(ItemInput in, ItemHeader header, Stat stat, long offset) {
        long type = header.type();
        if (type == ItemType.PAYLOAD && !split) {
            in.skip(header);
            return new Body.Regular(offset, header.contentBytes());
        } else if (type == ItemType.PAYLOAD_REF && split) {
            exactly(header, 2 * Long.BYTES, offset);
            int off = in.content(header);
            long at = Bytes.getLong(in.buffer(), off);
            long size = Bytes.getLong(in.buffer(), off + Long.BYTES);
            if (at < 0 || size < 0 || at > Long.MAX_VALUE - ItemHeader.BYTES - size) {
                throw FormatException.at(offset, "impossible payload reference");
            }
            return new Body.Regular(at, size);
        } else if (type == ItemType.SYMLINK) {
            int off = in.content(header);
            int end = off + Math.max((int) header.contentBytes() - 1, 0);
            return new Body.Symlink(Arrays.copyOfRange(in.buffer(), off, end));
        } else if (type == ItemType.DEVICE) {
            exactly(header, 2 * Long.BYTES, offset);
            int off = in.content(header);
            DeviceNumber number = DeviceNumber.decode(in.buffer(), off, offset);
            if (stat.type() != Stat.BLOCK_DEVICE && stat.type() != Stat.CHARACTER_DEVICE) {
                throw FormatException.at(offset, "device that is neither block nor character");
            }
            return new Body.Device(stat.type() == Stat.BLOCK_DEVICE, number);
        }
        throw FormatException.at(offset, "item " + Long.toHexString(type) + " inside an entry");
    }

    private static void exactly(ItemHeader header, int bytes, long offset) {
        if (header.contentBytes() != bytes) {
            throw FormatException.at(
                    offset, "item of " + header.contentBytes() + " bytes, not " + bytes);
        }
    }
}
