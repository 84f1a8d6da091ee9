package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import java.util.Arrays;

/**
 * The kernel's message that a thread is working on, for what libfuse does not pass on.
 *
 * <pre>
 *   struct fuse_in_header:   0 u32 length    4 u32 opcode    8 u64 unique   16 u64 node
 *                           24 u32 uid      28 u32 gid      32 u32 pid      36 u32 padding
 *   rename, from 40:        u64 new directory, old name NUL, new name NUL
 *   init, from 40:          u32 major, u32 minor, u32 read-ahead, u32 offered flags
 *   link, from 40:          u64 node that gets a name, name NUL
 * </pre>
 */
final class CurrentRequest {
    private static final int UNLINK = 10;
    private static final int RENAME = 12;
    private static final int HEADER_BYTES = 40;
    private static final int RENAME_NAMES = HEADER_BYTES + 8;

    private final ThreadLocal<Message> messages = ThreadLocal.withInitial(Message::new);

    private static final class Message {
        private long address;
        private int length;
    }

    /** Says where this thread's next message is. */
    void is(long address, int length) {
        Message message = messages.get();
        message.address = address;
        message.length = length;
    }

    int opcode() {
        return opcode(messages.get());
    }

    boolean isUnlink() {
        return opcode() == UNLINK;
    }

    /** What the kernel offers in its greeting. */
    int offeredFlags() {
        return MEMORY.getInt(messages.get().address + HEADER_BYTES + 12);
    }

    /** The kernel's number of the file that a link request gives a further name. */
    long linkedNode() {
        return MEMORY.getLong(messages.get().address + HEADER_BYTES);
    }

    /** Whether the user asks for this new name, rather than libfuse on its own account. */
    boolean asksToRenameTo(byte[] name) {
        Message message = messages.get();
        if (opcode(message) != RENAME) {
            return false;
        }
        byte[] names =
                NativeMemory.bytes(message.address + RENAME_NAMES, message.length - RENAME_NAMES);
        int start = 0;
        while (start < names.length && names[start] != 0) {
            start++;
        }
        start++;
        return start + name.length < names.length
                && Arrays.equals(names, start, start + name.length, name, 0, name.length)
                && names[start + name.length] == 0;
    }

    private static int opcode(Message message) {
        return MEMORY.getInt(message.address + 4);
    }
}
