package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Encodes items, one behind the other, into a buffer that grows.
 *
 * <p>The counterpart of {@link ItemHeader} and the {@code decode} methods of the values; attributes
 * come out in the canonical order of §4.
 */
public final class ItemBuffer {
    private static final long ABSENT = -1;

    private byte[] bytes;
    private int size;

    public ItemBuffer(int initialCapacity) {
        bytes = new byte[initialCapacity];
    }

    /** What was encoded, in the first {@link #size} elements; valid until the next call. */
    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /** Forgets what was encoded. */
    public void clear() {
        size = 0;
    }

    /** A copy of what was encoded. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** FORMAT_VERSION with the value 2. */
    public void formatVersion() {
        header(ItemType.FORMAT_VERSION, Long.BYTES);
        putLong(2);
    }

    public void prelude(byte[] content) {
        header(ItemType.PRELUDE, content.length);
        put(content);
    }

    public void filename(byte[] name) {
        header(ItemType.FILENAME, name.length + 1L);
        put(name);
        putByte(0);
    }

    /** ENTRY and all attribute items. */
    public void head(EntryMetadata metadata) {
        entry(metadata.stat());
        for (Xattr x : metadata.xattrs()) {
            header(ItemType.XATTR, x.name().length + 1L + x.value().length);
            put(x.name());
            putByte(0);
            put(x.value());
        }
        Acl acl = metadata.acl();
        named(ItemType.ACL_USER, acl.users());
        named(ItemType.ACL_GROUP, acl.groups());
        acl.groupObject()
                .ifPresent(
                        permissions -> {
                            header(ItemType.ACL_GROUP_OBJ, Long.BYTES);
                            putLong(permissions);
                        });
        acl.defaults()
                .ifPresent(
                        d -> {
                            header(ItemType.ACL_DEFAULT, 4L * Long.BYTES);
                            putOptional(d.user());
                            putOptional(d.group());
                            putOptional(d.other());
                            putOptional(d.mask());
                        });
        named(ItemType.ACL_DEFAULT_USER, acl.defaultUsers());
        named(ItemType.ACL_DEFAULT_GROUP, acl.defaultGroups());
        metadata.fcaps()
                .ifPresent(
                        value -> {
                            header(ItemType.FCAPS, value.length);
                            put(value);
                        });
        metadata.projectId()
                .ifPresent(
                        id -> {
                            header(ItemType.QUOTA_PROJID, Long.BYTES);
                            putLong(id);
                        });
    }

    private void entry(Stat stat) {
        header(ItemType.ENTRY, Stat.BYTES);
        putLong(Integer.toUnsignedLong(stat.mode()));
        putLong(stat.flags());
        putInt(stat.uid());
        putInt(stat.gid());
        putLong(stat.mtimeSeconds());
        putInt(stat.mtimeNanos());
        putInt(0);
    }

    private void named(long type, List<Acl.Named> entries) {
        for (Acl.Named n : entries) {
            header(type, 2L * Long.BYTES);
            putLong(Integer.toUnsignedLong(n.id()));
            putLong(n.permissions());
        }
    }

    public void symlink(byte[] target) {
        header(ItemType.SYMLINK, target.length + 1L);
        put(target);
        putByte(0);
    }

    /** HARDLINK; the distance is from FILENAME item to FILENAME item. */
    public void hardLink(long distance, byte[] targetPath) {
        header(ItemType.HARDLINK, Long.BYTES + targetPath.length + 1L);
        putLong(distance);
        put(targetPath);
        putByte(0);
    }

    public void device(DeviceNumber number) {
        header(ItemType.DEVICE, 2L * Long.BYTES);
        putLong(number.major());
        putLong(number.minor());
    }

    /** PAYLOAD_REF to the PAYLOAD header at an offset of the payload stream. */
    public void payloadRef(Body.Regular content) {
        header(ItemType.PAYLOAD_REF, 2L * Long.BYTES);
        putLong(content.payloadOffset());
        putLong(content.sizeBytes());
    }

    /** The header of a goodbye table with this many children. */
    public void goodbye(int rowCount) {
        header(ItemType.GOODBYE, GoodbyeTable.ROW_BYTES * (rowCount + 1L));
    }

    /** A row of a goodbye table. */
    public void goodbyeRow(long hash, long distance, long sizeBytes) {
        putLong(hash);
        putLong(distance);
        putLong(sizeBytes);
    }

    /** The last row of a goodbye table. */
    public void goodbyeTail(long distance, long tableBytes) {
        goodbyeRow(ItemType.GOODBYE_TAIL_MARKER, distance, tableBytes);
    }

    /** The header that precedes a file's content, in a payload stream or a unified archive. */
    public void payload(long contentBytes) {
        header(ItemType.PAYLOAD, contentBytes);
    }

    /** What a payload stream starts with. */
    public void payloadStart() {
        header(ItemType.PAYLOAD_START_MARKER, 0);
    }

    /** What a payload stream ends with. */
    public void payloadTail() {
        header(ItemType.PAYLOAD_TAIL_MARKER, 0);
    }

    private void header(long type, long contentBytes) {
        putLong(type);
        putLong(ItemHeader.BYTES + contentBytes);
    }

    private void putOptional(OptionalInt permissions) {
        putLong(permissions.isPresent() ? permissions.getAsInt() : ABSENT);
    }

    private void put(byte[] b) {
        ensure(b.length);
        System.arraycopy(b, 0, bytes, size, b.length);
        size += b.length;
    }

    private void putByte(int b) {
        ensure(1);
        bytes[size++] = (byte) b;
    }

    private void putInt(int v) {
        ensure(Integer.BYTES);
        Bytes.putInt(bytes, size, v);
        size += Integer.BYTES;
    }

    private void putLong(long v) {
        ensure(Long.BYTES);
        Bytes.putLong(bytes, size, v);
        size += Long.BYTES;
    }

    private void ensure(int more) {
        int needed = Math.addExact(size, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1)));
        }
    }
}
