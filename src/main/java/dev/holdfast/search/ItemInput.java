package dev.holdfast.search;

import dev.holdfast.Damaged;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.DeviceNumber;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads what {@link ItemOutput} writes. Nothing is allocated beyond the bytes that are there. */
final class ItemInput {
    private static final int KIND_MASK = 7;

    private final byte[] bytes;
    private final int end;
    private int at;

    /** The head that was read last. */
    private byte[] name = new byte[0];

    private int tag;
    private Kind kind = Kind.FILE;

    ItemInput(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    ItemInput(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    boolean hasNext() {
        return at < end;
    }

    int position() {
        return at;
    }

    Item item() {
        readHead();
        return rest();
    }

    /**
     * Reads the name and kind of the next item; {@link #rest} or {@link #skip} must follow. A
     * search passes over a hundred items for each that it shows, and making them all was half of
     * its time.
     */
    void readHead() {
        name = byteString();
        tag = (int) number();
        kind = Kind.ofNumber(tag & KIND_MASK).orElseThrow(ItemInput::broken);
    }

    byte[] name() {
        return name;
    }

    Kind kind() {
        return kind;
    }

    /** The item whose head was read. */
    Item rest() {
        boolean complete = (tag & ItemOutput.COMPLETE) != 0;
        Attributes attributes = attributes(complete, (tag & ItemOutput.EXTRAS) != 0);
        return new Item(name, complete, attributes, body(kind));
    }

    /** Passes over the item whose head was read. */
    void skip() {
        for (int left = (tag & ItemOutput.COMPLETE) != 0 ? 5 : 1; left > 0; left--) {
            number();
        }
        if ((tag & ItemOutput.EXTRAS) != 0) {
            number();
            need(3 * Long.BYTES);
            at += 3 * Long.BYTES;
            number();
        }
        switch (kind) {
            case DIRECTORY -> directory();
            case FILE -> number();
            case SYMLINK -> skipByteString();
            case BLOCK_DEVICE, CHARACTER_DEVICE -> {
                number();
                number();
            }
            case FIFO, SOCKET -> {}
        }
    }

    private Attributes attributes(boolean complete, boolean extras) {
        int permissions = complete ? (int) number() : 0;
        int uid = complete ? (int) number() : 0;
        int gid = complete ? (int) number() : 0;
        long zigzag = number();
        long seconds = (zigzag >>> 1) ^ -(zigzag & 1);
        int nanos = complete ? (int) number() : 0;
        long flags = extras ? number() : 0;
        long xattrs = extras ? fixed() : 0;
        long acl = extras ? fixed() : 0;
        long capabilities = extras ? fixed() : 0;
        long projectId = extras ? number() : 0;
        return new Attributes(
                permissions, uid, gid, seconds, nanos, flags, xattrs, acl, capabilities, projectId);
    }

    private Item.Body body(Kind kind) {
        return switch (kind) {
            case DIRECTORY -> directory();
            case FILE -> new Item.File(number(), Optional.empty());
            case SYMLINK -> new Item.Symlink(byteString());
            case BLOCK_DEVICE, CHARACTER_DEVICE ->
                    new Item.Device(
                            kind == Kind.BLOCK_DEVICE, new DeviceNumber(number(), number()));
            case FIFO, SOCKET -> new Item.Special(kind);
        };
    }

    private Item.Directory directory() {
        long count = number();
        if (count < 0 || count > (end - at) / Digest.BYTES) {
            throw broken();
        }
        List<Digest> pages = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            pages.add(digest());
        }
        return new Item.Directory(pages);
    }

    /** A byte string with its length. */
    byte[] byteString() {
        int length = skipByteString();
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** Moves behind a byte string, and says how long it is. */
    int skipByteString() {
        long length = number();
        if (length < 0 || length > end - at) {
            throw broken();
        }
        at += (int) length;
        return (int) length;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw broken();
            }
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw broken();
    }

    Digest digest() {
        need(Digest.BYTES);
        Digest digest = Digest.at(bytes, at);
        at += Digest.BYTES;
        return digest;
    }

    private long fixed() {
        need(Long.BYTES);
        long value = Bytes.getLong(bytes, at);
        at += Long.BYTES;
        return value;
    }

    private void need(int count) {
        if (end - at < count) {
            throw broken();
        }
    }

    static Damaged broken() {
        return new Damaged("the search index holds something that is no item");
    }
}
