package dev.holdfast.fuse;

import static dev.holdfast.fuse.Messages.body;
import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.os.NativeLibrary;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The threads behind a socket that keeps messages apart as {@code /dev/fuse} does, but cannot be
 * opened a second time: all of them wait.
 */
@Timeout(60)
class RequestLoopTest {
    private static final NativeLibrary C = NativeLibrary.load("libc.so.6").orElseThrow();
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int BUFFER_BYTES = 4096;

    private final long memory = MEMORY.allocateMemory(BUFFER_BYTES, true);
    private final Reply reply = new Reply(memory);
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final int kernelEnd;
    private final int driverEnd;
    private final Device kernel;
    private final Device driver;

    RequestLoopTest() {
        assertThat(C.function("socketpair").call(AF_UNIX, SOCK_SEQPACKET, 0, memory)).isZero();
        kernelEnd = MEMORY.getInt(memory);
        driverEnd = MEMORY.getInt(memory + 4);
        kernel = new Device(kernelEnd);
        driver = new Device(driverEnd);
        Requests requests = new Requests(files, MountOptions.writable("memory"));
        new RequestLoop(driver, requests, begin::countDown, end::countDown).start();
    }

    @AfterEach
    void end() throws Exception {
        files.heldUp.countDown();
        C.function("close").call(kernelEnd);
        assertThat(end.await(10, TimeUnit.SECONDS)).as("all threads end").isTrue();
        C.function("close").call(driverEnd);
        MEMORY.freeMemory(memory);
    }

    private void ask(long number, int operation, byte[] body) {
        int length = Messages.put(memory, number, operation, NodeTable.ROOT, body);
        assertThat(kernel.write(memory, length)).isEqualTo(length);
    }

    /** The number of the request whose answer comes next. */
    private long answered() {
        assertThat(kernel.read(memory, BUFFER_BYTES)).isGreaterThanOrEqualTo(Reply.HEADER_BYTES);
        assertThat(reply.errno()).isZero();
        return MEMORY.getLong(memory + 8);
    }

    @Test
    void aRequestIsAnsweredWhileOthersTakeLong() throws Exception {
        assertThat(driver.withoutWaiting()).isEmpty();
        ask(1, Operation.CREATE, body(0, 2, 0644, 0, 0, "f"));
        assertThat(answered()).isEqualTo(1);
        assertThat(begin.await(10, TimeUnit.SECONDS)).isTrue();
        long handle = MEMORY.getLong(reply.body(KernelStructs.ENTRY_OUT_BYTES));

        files.heldUp = new CountDownLatch(1);
        Set<Long> late = new HashSet<>();
        for (long i = 2; i <= RequestLoop.MAX_THREADS; i++) {
            ask(i, Operation.FLUSH, body(24, handle));
            late.add(i);
        }
        ask(100, Operation.STATFS, new byte[0]);
        assertThat(answered()).isEqualTo(100);

        files.heldUp.countDown();
        Set<Long> answered = new HashSet<>();
        for (int i = 2; i <= RequestLoop.MAX_THREADS; i++) {
            answered.add(answered());
        }
        assertThat(answered).isEqualTo(late);
    }
}
