package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

/**
 * The answer to a {@link Request}, made up in a thread's send buffer.
 *
 * <pre>
 *    0 u32 length     4 s32 negative error number     8 u64 number of the request
 *   16 body, {@link #MAX_BYTES} at most
 * </pre>
 */
final class Reply {
    static final int HEADER_BYTES = 16;

    /** The longest body: what one read may ask for. */
    static final int MAX_BYTES = 1 << 20;

    private final long address;
    private int length;

    /** Replies at {@code address}, where there is room for {@code HEADER_BYTES + MAX_BYTES}. */
    Reply(long address) {
        this.address = address;
    }

    /** Where the body is, or a part of it. */
    long body(int offset) {
        return address + HEADER_BYTES + offset;
    }

    /** Success, with the first {@code bytes} bytes of the body. */
    void succeed(int bytes) {
        length = HEADER_BYTES + bytes;
        MEMORY.putInt(address + 4, 0);
    }

    /** Failure with a (positive) error number. */
    void fail(int errno) {
        length = HEADER_BYTES;
        MEMORY.putInt(address + 4, -errno);
    }

    /** The kernel waits for no reply. */
    void omit() {
        length = 0;
    }

    /** Fills in the rest of the header; gives the length of the whole, 0 if there is no reply. */
    int finish(long number) {
        MEMORY.putInt(address, length);
        MEMORY.putLong(address + 8, number);
        return length;
    }

    boolean succeeded() {
        return length >= HEADER_BYTES && MEMORY.getInt(address + 4) == 0;
    }

    /** The (positive) error number, 0 for success. */
    int errno() {
        return -MEMORY.getInt(address + 4);
    }

    /** The length of the body. */
    int bodyBytes() {
        return Math.max(0, length - HEADER_BYTES);
    }

    /** Zeroes the first {@code bytes} bytes of the body. */
    void clear(int bytes) {
        MEMORY.setMemory(body(0), bytes, (byte) 0);
    }
}
