package dev.holdfast.fuse;

import static dev.holdfast.fuse.Messages.body;
import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages as no kernel of today sends them, or seldom. */
class RequestsTest {
    private static final int LOOKUP = 1;
    private static final int GETATTR = 3;
    private static final int MKDIR = 9;
    private static final int RENAME2 = 45;
    private static final int INIT = 26;
    private static final int CREATE = 35;
    private static final int READDIRPLUS = 44;
    private static final int MESSAGE_BYTES = 4096;

    private final long memory =
            MEMORY.allocateMemory(
                    MESSAGE_BYTES + Reply.HEADER_BYTES + (long) Reply.MAX_BYTES, true);
    private final Request request = new Request(memory);
    private final Reply reply = new Reply(memory + MESSAGE_BYTES);
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final Requests requests = new Requests(files, MountOptions.writable("memory"));

    @AfterEach
    @AfterProperty
    void free() {
        MEMORY.freeMemory(memory);
    }

    private int ask(int operation, long node, byte[] body) {
        assertThat(request.begin(Messages.put(memory, 5, operation, node, body))).isTrue();
        requests.answer(request, reply);
        return reply.errno();
    }

    private long makeDirectory(String name) {
        assertThat(ask(MKDIR, 1, body(0, 0755, 0, name))).isZero();
        return MEMORY.getLong(reply.body(0));
    }

    @Test
    void anUnknownOperationIsSaidToBeUnknown() {
        assertThat(ask(4000, 1, new byte[0])).isEqualTo(Errno.ENOSYS);
    }

    @Test
    void aNodeThatWasNeverToldIsStale() {
        assertThat(ask(GETATTR, 12_345, body(16))).isEqualTo(Errno.ESTALE);
    }

    @Test
    void aNameWithoutAnEndIsRefused() {
        assertThat(ask(LOOKUP, 1, "abc".getBytes(UTF_8))).isEqualTo(Errno.EINVAL);
        assertThat(ask(MKDIR, 1, new byte[4])).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aNameThatIsFreeIsToldToBeFree() {
        assertThat(ask(LOOKUP, 1, body(0, "nothing"))).isZero();
        assertThat(MEMORY.getLong(reply.body(0))).isZero();
        assertThat(MEMORY.getLong(reply.body(16))).isPositive();
        assertThat(ask(LOOKUP, 1, body(0, "x".repeat(256)))).isEqualTo(Errno.ENAMETOOLONG);
    }

    @Test
    void aRenameThatMustNotReplaceDoesNotReplace() {
        makeDirectory("a");
        makeDirectory("b");
        assertThat(ask(RENAME2, 1, body(0, 1L, 1, 0, "a", "b"))).isEqualTo(Errno.EEXIST);
        assertThat(ask(RENAME2, 1, body(0, 1L, 1, 0, "a", "c"))).isZero();
        assertThat(ask(RENAME2, 1, body(0, 1L, 2, 0, "c", "b"))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aListWithNodesTellsEachOnceAndIsTakenBackWhole() {
        long a = makeDirectory("a");
        long b = makeDirectory("b");
        assertThat(ask(READDIRPLUS, 1, body(40, 0L, 0L, 4096))).isZero();
        java.util.List<Long> told = new java.util.ArrayList<>();
        Listing.forEachNode(reply, told::add);
        assertThat(told).containsExactlyInAnyOrder(a, b);
        requests.takeBack(request, reply);
        assertThat(ask(GETATTR, a, body(16))).isZero(); // still told by mkdir
    }

    @Test
    void aReplyWithoutRoomForANameAsksTheDirectoryForNone() {
        makeDirectory("a");
        assertThat(ask(READDIRPLUS, 1, body(40, 0L, 0L, 2 * 160))).isZero();
        assertThat(reply.bodyBytes()).isEqualTo(2 * 160);
        assertThat(files.listings).isZero();
        assertThat(ask(READDIRPLUS, 1, body(40, 0L, 2L, 160))).isZero();
        assertThat(reply.bodyBytes()).isEqualTo(160);
        assertThat(files.listings).isOne();
    }

    @Test
    void aCreationThatNobodyWaitsForLeavesNothingOpen() {
        assertThat(ask(CREATE, 1, body(0, 0102, 0644, 0, 0, "file"))).isZero();
        long handle = MEMORY.getLong(reply.body(KernelStructs.ENTRY_OUT_BYTES));
        requests.takeBack(request, reply);
        assertThat(ask(25, 1, body(24, handle))).isEqualTo(Errno.EBADF);
    }

    @Test
    void anOldKernelIsRefusedAndANewerOneAskedAgain() {
        assertThat(ask(INIT, 0, body(64, 7, 10))).isEqualTo(Errno.EPROTO);
        assertThat(ask(INIT, 0, body(64, 8, 0))).isZero();
        assertThat(MEMORY.getInt(reply.body(0))).isEqualTo(7);
        assertThat(ask(INIT, 0, body(64, 7, 45, 131_072, -1))).isZero();
        assertThat(MEMORY.getInt(reply.body(4))).isEqualTo(38);
        assertThat(MEMORY.getInt(reply.body(20))).isEqualTo(Reply.MAX_BYTES);
    }

    @Property(tries = 300)
    void whateverIsSentIsAnswered(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] body = new byte[random.nextInt(200)];
        random.nextBytes(body);
        for (int i = 0; i < body.length; i++) {
            if (random.nextInt(3) > 0) {
                body[i] = 0; // small numbers and short names
            }
        }
        ask(random.nextInt(54), random.nextInt(3), body);
        assertThat(reply.errno()).isBetween(0, 133);
        assertThat(reply.bodyBytes()).isBetween(0, Reply.MAX_BYTES);
    }
}
