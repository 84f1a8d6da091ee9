package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

/**
 * Answers the first requests of every mount before it exists. A class that is loaded while a
 * request is answered may deadlock (its file could be on the mount), and a file system that cannot
 * even do this should fail here.
 */
final class Rehearsal {
    private static final int[] FIRST = {
        Operation.GETATTR,
        Operation.STATFS,
        Operation.OPENDIR,
        Operation.READDIRPLUS,
        Operation.RELEASEDIR
    };

    private static final int BODY_BYTES = 40;
    private static final int LISTED_BYTES = 4096;

    private final long memory =
            MEMORY.allocateMemory(
                    Request.HEADER_BYTES + BODY_BYTES + Reply.HEADER_BYTES + LISTED_BYTES, true);
    private final Request request = new Request(memory);
    private final Reply reply = new Reply(memory + Request.HEADER_BYTES + BODY_BYTES);

    private Rehearsal() {}

    /**
     * Has them answered.
     *
     * @throws Errno if a file system cannot answer even these
     */
    static void of(Requests requests) {
        Rehearsal rehearsal = new Rehearsal();
        try {
            for (int operation : FIRST) {
                rehearsal.answer(requests, operation);
            }
        } finally {
            MEMORY.freeMemory(rehearsal.memory);
        }
    }

    private void answer(Requests requests, int operation) {
        MEMORY.putInt(memory, Request.HEADER_BYTES + BODY_BYTES);
        MEMORY.putInt(memory + 4, operation);
        MEMORY.putLong(memory + 16, NodeTable.ROOT);
        // Of a listing: room for the names of the directory itself and the one above it. What else
        // is in it may take long to find.
        MEMORY.putInt(memory + Request.HEADER_BYTES + 16, 2 * 160);
        request.begin(Request.HEADER_BYTES + BODY_BYTES);
        requests.answer(request, reply);
        if (!reply.succeeded()) {
            throw new Errno(reply.errno());
        }
    }
}
