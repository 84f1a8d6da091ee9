package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes up messages as the kernel sends them; see {@link Request}. */
final class Messages {
    private Messages() {}

    /** Puts one into memory and gives its length. */
    static int put(long memory, long number, int operation, long node, byte[] body) {
        int length = Request.HEADER_BYTES + body.length;
        MEMORY.setMemory(memory, Request.HEADER_BYTES, (byte) 0);
        MEMORY.putInt(memory, length);
        MEMORY.putInt(memory + 4, operation);
        MEMORY.putLong(memory + 8, number);
        MEMORY.putLong(memory + 16, node);
        MEMORY.putByteArray(memory + Request.HEADER_BYTES, body, 0, body.length);
        return length;
    }

    /** A body of {@code bytes} bytes or more: 32-bit and 64-bit numbers, and strings with NUL. */
    static byte[] body(int bytes, Object... parts) {
        ByteBuffer body = ByteBuffer.allocate(1024).order(ByteOrder.nativeOrder());
        for (Object part : parts) {
            if (part instanceof Integer number) {
                body.putInt(number);
            } else if (part instanceof Long number) {
                body.putLong(number);
            } else {
                body.put(((String) part).getBytes(UTF_8)).put((byte) 0);
            }
        }
        byte[] exact = new byte[Math.max(bytes, body.position())];
        body.flip().get(exact, 0, body.limit());
        return exact;
    }
}
