package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import java.nio.ByteBuffer;

/**
 * What the kernel asks of open files.
 *
 * <pre>
 *   fuse_read_in, fuse_write_in (40): 0 u64 handle  8 u64 offset  16 u32 size  20 u32 flags
 *   fuse_release_in, fuse_flush_in, fuse_fsync_in:  0 u64 handle  8 u32 flags
 *   fuse_fallocate_in:                0 u64 handle  8 u64 offset  16 u64 length  24 u32 mode
 * </pre>
 */
final class FileRequests {
    private static final int WRITE_IN_BYTES = 40;
    private static final int WRITE_KILLS_SET_IDS = 1 << 2;
    private static final int DATA_ONLY = 1;

    private static final int O_ACCMODE = 3;
    private static final int O_APPEND = 02000;
    private static final int OPEN_KILLS_SET_IDS = 1;

    private static final int DIRECT_IO = 1;
    private static final int KEEP_CACHE = 1 << 1;
    private static final int NO_FLUSH = 1 << 5;

    private final Handles<OpenFile> files = new Handles<>();

    /**
     * Opens a file and writes the {@code fuse_open_out} to {@code at}. The kernel's cache stays
     * valid, as all changes come through it. A file that is only read has nothing to flush.
     */
    void open(Node node, int flags, int openFlags, long at) {
        opened(node.open(opening(flags)), flags, at);
        if ((openFlags & OPEN_KILLS_SET_IDS) != 0) {
            node.dropSetIds();
        }
    }

    /** The kernel itself says where appended bytes go. */
    static int opening(int flags) {
        return flags & ~O_APPEND;
    }

    /** Gives an open file a handle and writes the {@code fuse_open_out} to {@code at}. */
    void opened(OpenFile file, int flags, long at) {
        int answer = file.bypassesCache() ? DIRECT_IO : KEEP_CACHE;
        if ((flags & O_ACCMODE) == 0) {
            answer |= NO_FLUSH;
        }
        KernelStructs.open(at, files.add(file), answer);
    }

    private OpenFile file(Request request) {
        return files.get(request.u64(0));
    }

    void read(Request request, Reply reply) {
        int size = request.u32(16);
        if (size < 0 || size > Reply.MAX_BYTES) {
            throw new Errno(Errno.EINVAL);
        }
        ByteBuffer target = NativeMemory.buffer(reply.body(0), size);
        file(request).read(request.u64(8), target);
        reply.succeed(target.position());
    }

    void write(Request request, Reply reply) {
        int size = request.u32(16);
        OpenFile file = file(request);
        file.write(request.u64(8), NativeMemory.buffer(request.at(WRITE_IN_BYTES, size), size));
        if ((request.u32(20) & WRITE_KILLS_SET_IDS) != 0) {
            file.node().dropSetIds();
        }
        MEMORY.putInt(reply.body(0), size);
        MEMORY.putInt(reply.body(4), 0);
        reply.succeed(8);
    }

    void flush(Request request) {
        file(request).flush();
    }

    void sync(Request request) {
        file(request).sync((request.u32(8) & DATA_ONLY) != 0);
    }

    void allocate(Request request) {
        file(request).allocate(request.u32(24), request.u64(8), request.u64(16));
    }

    void release(long handle) {
        files.remove(handle).release();
    }

    /** Releases what the kernel left open, as when a connection is cut. */
    void releaseAll() {
        for (OpenFile file : files.removeAll()) {
            file.release();
        }
    }
}
