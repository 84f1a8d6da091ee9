package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.os.NativeFunction;
import dev.holdfast.os.NativeLibrary;
import java.util.Optional;

/** An open {@code /dev/fuse}. A reply goes where its request was read. Safe for all threads. */
final class Device {
    private static final NativeLibrary C = NativeLibrary.load("libc.so.6").orElseThrow();
    private static final NativeFunction READ = C.function("read");
    private static final NativeFunction WRITE = C.function("write");
    private static final NativeFunction OPEN = C.function("open");
    private static final NativeFunction IOCTL = C.function("ioctl");
    private static final NativeFunction CLOSE = C.function("close");

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 04000;
    private static final int O_CLOEXEC = 02000000;

    /** {@code FUSE_DEV_IOC_CLONE}, since Linux 4.2. */
    private static final long CLONE = 0x8004e500L;

    private static final int PATH_BYTES = 64;

    private final int descriptor;

    Device(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * The same connection, open once more, so that reading does not wait; empty where the system
     * does not let it be opened. To be closed by {@link #close}.
     */
    Optional<Device> withoutWaiting() {
        long memory = MEMORY.allocateMemory(PATH_BYTES, true);
        try {
            byte[] path = ("/proc/self/fd/" + descriptor).getBytes(UTF_8);
            MEMORY.putZeroTerminatedByteArray(memory, path, 0, path.length);
            int opened = (int) OPEN.call(memory, O_RDWR | O_NONBLOCK | O_CLOEXEC);
            if (opened < 0) {
                return Optional.empty();
            }
            Device device = new Device(opened);
            MEMORY.putInt(memory, descriptor);
            if ((int) IOCTL.call(opened, CLONE, memory) != 0) {
                device.close();
                return Optional.empty();
            }
            return Optional.of(device);
        } finally {
            MEMORY.freeMemory(memory);
        }
    }

    /**
     * Takes a request; its length, or a negative error number: {@code EAGAIN} if there is none and
     * this does not wait.
     */
    int read(long address, int bytes) {
        return result(READ.call(descriptor, address, bytes));
    }

    /** Gives a reply or a notice; its length, or a negative error number. */
    int write(long address, int bytes) {
        return result(WRITE.call(descriptor, address, bytes));
    }

    private static int result(long returned) {
        return (int) returned < 0 ? -NativeFunction.errno() : (int) returned;
    }

    void close() {
        CLOSE.call(descriptor);
    }
}
