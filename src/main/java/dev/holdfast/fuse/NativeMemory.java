package dev.holdfast.fuse;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;

/** Reading and writing the kernel's messages and C data. */
final class NativeMemory {
    static final MemoryIO MEMORY = MemoryIO.getInstance();

    private NativeMemory() {}

    /** A NUL-terminated string's bytes. */
    static byte[] string(long address) {
        return MEMORY.getZeroTerminatedByteArray(address);
    }

    /** Copies bytes out of native memory. */
    static byte[] bytes(long address, int length) {
        byte[] copy = new byte[length];
        MEMORY.getByteArray(address, copy, 0, length);
        return copy;
    }

    /**
     * Native memory as a buffer, full length. A thread's requests come from the same few addresses
     * (its receive buffer, the block that malloc gives again), so the last few buffers are kept: no
     * object is made per read or write. Valid until the request is answered.
     */
    static ByteBuffer buffer(long address, int length) {
        return BUFFERS.get().at(address, length);
    }

    private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

    private static final class Buffers {
        private static final int KEPT = 8;

        private final long[] addresses = new long[KEPT];
        private final ByteBuffer[] buffers = new ByteBuffer[KEPT];
        private int next;

        ByteBuffer at(long address, int length) {
            for (int i = 0; i < KEPT; i++) {
                if (addresses[i] == address && buffers[i] != null) {
                    if (buffers[i].capacity() >= length) {
                        return buffers[i].clear().limit(length);
                    }
                    next = i;
                    break;
                }
            }
            ByteBuffer made = MEMORY.newDirectByteBuffer(address, length);
            addresses[next] = address;
            buffers[next] = made;
            next = (next + 1) % KEPT;
            return made;
        }
    }
}
