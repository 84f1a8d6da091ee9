package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.metrics.Activity;
import java.nio.ByteBuffer;
import java.util.Optional;

/** An open file of a staging area. */
@SuppressWarnings("try") // a lock held is not referred to
final class StagedFile implements OpenFile {
    private static final int O_ACCMODE = 3;
    private static final int O_WRONLY = 1;
    private static final int O_APPEND = 02000;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH_HOLE = 2;
    private static final int ZERO_RANGE = 16;

    private final StagingArea area;
    private final LiveFile file;
    private final int flags;

    StagedFile(StagingArea area, LiveFile file, int flags) {
        this.area = area;
        this.file = file;
        this.flags = flags;
    }

    @Override
    public Node node() {
        return new StagedNode(area, file.inode);
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        int begin = target.position();
        try {
            area.reading.read(file, offset, target);
        } catch (RuntimeException e) {
            throw counted(e);
        }
        area.activity().read(target.position() - begin);
    }

    @Override
    public void write(long offset, ByteBuffer source) {
        checkWritable();
        int bytes = source.remaining();
        try (Locks.Held held = area.change(true)) {
            area.files.write(file, offset, source, (flags & O_APPEND) != 0);
        } catch (RuntimeException e) {
            throw counted(e);
        }
        area.activity().wrote(bytes);
    }

    private RuntimeException counted(RuntimeException e) {
        if (!(e instanceof Errno errno)) {
            area.activity().failed(Activity.Failure.INTERNAL);
        } else if (DiskError.isFull(errno)) {
            area.activity().failed(Activity.Failure.FULL);
        } else if (errno.number() == Errno.EIO) {
            area.activity().failed(Activity.Failure.IO);
        }
        return e;
    }

    private void checkWritable() {
        if ((flags & O_ACCMODE) == 0 || (flags & O_ACCMODE) > O_WRONLY + 1) {
            throw new Errno(Errno.EBADF);
        }
    }

    @Override
    public void flush() {
        if ((flags & O_ACCMODE) != 0) {
            try (Locks.Held held = area.change(false)) {
                area.files.flush(file);
            } catch (RuntimeException e) {
                throw counted(e);
            }
        }
    }

    @Override
    public void sync(boolean dataOnly) {
        try {
            area.seal(Optional.of(file));
        } catch (RuntimeException e) {
            throw counted(e);
        }
    }

    @Override
    public void allocate(int mode, long offset, long lengthBytes) {
        checkWritable();
        if (offset < 0 || lengthBytes <= 0) {
            throw new Errno(Errno.EINVAL);
        }
        if (offset > Files.MAX_BYTES - lengthBytes) {
            throw new Errno(Errno.EFBIG);
        }
        long end = offset + lengthBytes;
        switch (mode) {
            case 0, KEEP_SIZE -> reserve(mode, end, lengthBytes);
            case PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE | KEEP_SIZE -> punch(offset, end, false);
            case ZERO_RANGE -> punch(offset, end, true);
            default -> throw new Errno(Errno.EOPNOTSUPP);
        }
    }

    /** Space is not set aside: a log cannot know where a later write goes. It must be there now. */
    private void reserve(int mode, long end, long lengthBytes) {
        dev.holdfast.fuse.StatFs space = area.fileSystem().statFs();
        if (lengthBytes / space.blockBytes() >= space.freeBlocks()) {
            throw new Errno(Errno.ENOSPC);
        }
        try (Locks.Held held = area.change(true)) {
            if (mode == 0) {
                // An empty hole at the end: nothing but the size can change.
                area.files.punch(file.inode, end, end, true);
            } else {
                area.files.update(
                        file.inode, r -> r.withTimes(r.atime(), r.mtime(), FileTime.now()));
            }
        }
    }

    private void punch(long from, long to, boolean extend) {
        try (Locks.Held held = area.change(false)) {
            area.files.punch(file.inode, from, to, extend);
        }
    }

    @Override
    public void release() {
        try (Locks.Held held = area.change(false)) {
            area.files.release(file);
        }
    }
}
