package dev.holdfast.search;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import java.util.Arrays;

/**
 * Writes items, without where contents are. Numbers {@code v} are unsigned LEB128, signed ones
 * zigzagged first.
 *
 * <pre>
 * item   name length v, name, tag u8, attributes, body
 * tag    kind 0-6 (bits 0-2), complete 8, extras 16
 * attributes
 *        complete: permissions v, uid v, gid v, mtime seconds v (signed), nanoseconds v,
 *                  with extras: flags v, xattrs u64, acl u64, capabilities u64, project v
 *        else:     mtime seconds v (signed)
 * body   directory  pages v, digest 32 each
 *        file       size v
 *        symlink    length v, target
 *        device     major v, minor v
 * </pre>
 */
final class ItemOutput {
    static final int COMPLETE = 8;
    static final int EXTRAS = 16;

    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes = new byte[1 << 10];
    private int length;

    void item(Item item) {
        Attributes attributes = item.attributes();
        boolean extras = item.complete() && attributes.hasExtras();
        bytes(item.name());
        int tag = item.kind().number() | (item.complete() ? COMPLETE : 0) | (extras ? EXTRAS : 0);
        number(tag);
        attributes(attributes, item.complete(), extras);
        body(item.body());
    }

    private void attributes(Attributes attributes, boolean complete, boolean extras) {
        if (complete) {
            number(attributes.permissions());
            number(Integer.toUnsignedLong(attributes.uid()));
            number(Integer.toUnsignedLong(attributes.gid()));
        }
        long seconds = attributes.mtimeSeconds();
        number((seconds << 1) ^ (seconds >> 63));
        if (complete) {
            number(attributes.mtimeNanos());
        }
        if (extras) {
            number(attributes.flags());
            fixed(attributes.xattrs());
            fixed(attributes.acl());
            fixed(attributes.capabilities());
            number(attributes.projectId());
        }
    }

    private void body(Item.Body body) {
        if (body instanceof Item.Directory directory) {
            number(directory.pages().size());
            directory.pages().forEach(this::digest);
        } else if (body instanceof Item.File file) {
            number(file.sizeBytes());
        } else if (body instanceof Item.Symlink link) {
            bytes(link.target());
        } else if (body instanceof Item.Device device) {
            number(device.number().major());
            number(device.number().minor());
        }
    }

    /** A byte string with its length. */
    void bytes(byte[] value) {
        number(value.length);
        need(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    void number(long value) {
        need(MAX_VARINT_BYTES);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    void digest(Digest digest) {
        need(Digest.BYTES);
        digest.put(bytes, length);
        length += Digest.BYTES;
    }

    private void fixed(long value) {
        need(Long.BYTES);
        Bytes.putLong(bytes, length, value);
        length += Long.BYTES;
    }

    private void need(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
        }
    }

    int length() {
        return length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    void clear() {
        length = 0;
    }
}
