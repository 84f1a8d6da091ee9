package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.os.Descriptor;
import dev.holdfast.os.NativeFunction;
import dev.holdfast.os.NativeLibrary;
import dev.holdfast.os.OsError;
import java.util.Optional;

/** An open {@code /dev/fuse}. A reply goes where its request was read. Safe for all threads. */
final class Device {
    private static final NativeLibrary C = NativeLibrary.load("libc.so.6").orElseThrow();
    private static final NativeFunction READ = C.function("read");
    private static final NativeFunction WRITE = C.function("write");
    private static final NativeFunction IOCTL = C.function("ioctl");

    /** {@code FUSE_DEV_IOC_CLONE}, since Linux 4.2. */
    private static final long CLONE = 0x8004e500L;

    private final int number;

    /** What {@link #close} closes. */
    private final Optional<Descriptor> own;

    /** The device behind a number that somebody else closes. */
    Device(int number) {
        this.number = number;
        this.own = Optional.empty();
    }

    private Device(Descriptor own) {
        this.number = own.number();
        this.own = Optional.of(own);
    }

    /**
     * The same connection, open once more, so that reading does not wait; empty where the system
     * does not let it be opened. To be closed by {@link #close}.
     */
    Optional<Device> withoutWaiting() {
        byte[] path = ("/proc/self/fd/" + number).getBytes(UTF_8);
        try {
            Device again =
                    new Device(Descriptor.open(path, Descriptor.O_RDWR | Descriptor.O_NONBLOCK, 0));
            if (again.join(number)) {
                return Optional.of(again);
            }
            again.close();
        } catch (OsError e) {
            // A sandbox, for instance, may hand over the device and not let it be opened.
        }
        return Optional.empty();
    }

    private boolean join(int connected) {
        long argument = MEMORY.allocateMemory(Integer.BYTES, false);
        try {
            MEMORY.putInt(argument, connected);
            return (int) IOCTL.call(number, CLONE, argument) == 0;
        } finally {
            MEMORY.freeMemory(argument);
        }
    }

    /**
     * Takes a request; its length, or a negative error number: {@code EAGAIN} if there is none and
     * this does not wait.
     */
    int read(long address, int bytes) {
        return result(READ.call(number, address, bytes));
    }

    /** Gives a reply or a notice; its length, or a negative error number. */
    int write(long address, int bytes) {
        return result(WRITE.call(number, address, bytes));
    }

    private static int result(long returned) {
        return (int) returned < 0 ? -NativeFunction.errno() : (int) returned;
    }

    void close() {
        own.ifPresent(Descriptor::close);
    }
}
