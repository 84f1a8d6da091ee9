package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

/**
 * A message of the kernel ({@code linux/fuse.h}, protocol 7) in a thread's receive buffer. All
 * numbers are in the machine's own byte order. What is read outside the message is {@code EINVAL}.
 *
 * <pre>
 *    0 u32 length     4 u32 operation   8 u64 number of the request   16 u64 node
 *   24 u32 uid       28 u32 gid        32 u32 pid                     36 u32 (extensions)
 *   40 body: a struct of the operation, then names, each ended by a NUL, or data
 * </pre>
 */
final class Request {
    static final int HEADER_BYTES = 40;

    /** As Linux has it; the kernel lets names of up to 1024 bytes through to a FUSE file system. */
    private static final int MAX_NAME_BYTES = 255;

    private final long address;
    private int length;

    /** Messages that will be at {@code address}. */
    Request(long address) {
        this.address = address;
    }

    /** Takes up a message of that many bytes; false if it is none. */
    boolean begin(int bytes) {
        length = bytes;
        return bytes >= HEADER_BYTES && MEMORY.getInt(address) == bytes;
    }

    int operation() {
        return MEMORY.getInt(address + 4);
    }

    /** What the reply must carry. */
    long number() {
        return MEMORY.getLong(address + 8);
    }

    long node() {
        return MEMORY.getLong(address + 16);
    }

    Caller caller() {
        return caller(0);
    }

    Caller caller(int umask) {
        return new Caller(MEMORY.getInt(address + 24), MEMORY.getInt(address + 28), umask);
    }

    /** A 32-bit number of the body. */
    int u32(int offset) {
        return MEMORY.getInt(at(offset, Integer.BYTES));
    }

    /** A 64-bit number of the body. */
    long u64(int offset) {
        return MEMORY.getLong(at(offset, Long.BYTES));
    }

    /** Where {@code bytes} bytes of the body are. */
    long at(int offset, long bytes) {
        if (bytes < 0 || HEADER_BYTES + offset + bytes > length) {
            throw new Errno(Errno.EINVAL);
        }
        return address + HEADER_BYTES + offset;
    }

    /** The bytes before the NUL at or after {@code offset} of the body. */
    byte[] string(int offset) {
        long from = at(offset, 0);
        int limit = length - HEADER_BYTES - offset;
        int bytes = 0;
        while (bytes < limit && MEMORY.getByte(from + bytes) != 0) {
            bytes++;
        }
        if (bytes == limit) {
            throw new Errno(Errno.EINVAL);
        }
        return NativeMemory.bytes(from, bytes);
    }

    /** The same for a name in a directory; {@code ENAMETOOLONG} for one that cannot be. */
    byte[] name(int offset) {
        byte[] name = string(offset);
        if (name.length > MAX_NAME_BYTES) {
            throw new Errno(Errno.ENAMETOOLONG);
        }
        return name;
    }
}
