package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.os.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    private final Device kernel;
    private final Device driver;

    RequestLoopTest() {
        assertThat(C.function("socketpair").call(AF_UNIX, SOCK_SEQPACKET, 0, memory)).isZero();
        kernel = new Device(MEMORY.getInt(memory));
        driver = new Device(MEMORY.getInt(memory + 4));
        Requests requests = new Requests(files, MountOptions.writable("memory"));
        new RequestLoop(driver, requests, begin::countDown, end::countDown).start();
    }

    @AfterEach
    void end() throws Exception {
        files.heldUp.countDown();
        kernel.close();
        assertThat(end.await(10, TimeUnit.SECONDS)).as("all threads end").isTrue();
        driver.close();
        MEMORY.freeMemory(memory);
    }

    private void ask(long number, int operation, byte[] body) {
        int length = Request.HEADER_BYTES + body.length;
        MEMORY.setMemory(memory, Request.HEADER_BYTES, (byte) 0);
        MEMORY.putInt(memory, length);
        MEMORY.putInt(memory + 4, operation);
        MEMORY.putLong(memory + 8, number);
        MEMORY.putLong(memory + 16, NodeTable.ROOT);
        MEMORY.putByteArray(memory + Request.HEADER_BYTES, body, 0, body.length);
        assertThat(kernel.write(memory, length)).isEqualTo(length);
    }

    /** The number of the request whose answer comes next. */
    private long answered() {
        assertThat(kernel.read(memory, BUFFER_BYTES)).isGreaterThanOrEqualTo(Reply.HEADER_BYTES);
        assertThat(reply.errno()).isZero();
        return MEMORY.getLong(memory + 8);
    }

    private static byte[] number(long handle) {
        return ByteBuffer.allocate(24).order(ByteOrder.nativeOrder()).putLong(handle).array();
    }

    @Test
    void aRequestIsAnsweredWhileOthersTakeLong() throws Exception {
        assertThat(driver.withoutWaiting()).isEmpty();
        byte[] create = new byte[18];
        ByteBuffer.wrap(create).order(ByteOrder.nativeOrder()).putInt(2).putInt(0644);
        create[16] = "f".getBytes(UTF_8)[0];
        ask(1, Operation.CREATE, create);
        assertThat(answered()).isEqualTo(1);
        assertThat(begin.await(10, TimeUnit.SECONDS)).isTrue();
        long handle = MEMORY.getLong(reply.body(KernelStructs.ENTRY_OUT_BYTES));

        files.heldUp = new CountDownLatch(1);
        Set<Long> late = new HashSet<>();
        for (long i = 2; i <= RequestLoop.MAX_THREADS; i++) {
            ask(i, Operation.FLUSH, number(handle));
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
