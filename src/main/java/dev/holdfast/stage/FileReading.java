package dev.holdfast.stage;

import dev.holdfast.HoldfastException;
import dev.holdfast.fuse.Errno;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.h2.mvstore.MVMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads files as they are now: what is in memory lies over what is in the spool or the base. The
 * inode's lock is held while it is looked up what is where, and, if nothing of it is in memory, not
 * while it is read. Thread-safe.
 */
final class FileReading {
    private static final Logger LOG = LoggerFactory.getLogger(FileReading.class);
    private static final int ATTEMPTS = 8;

    private final MVMap<Long, Inode> records;
    private final ExtentMap extents;
    private final Content content;
    private final Locks locks;

    private record Run(long offset, Extent extent) {}

    FileReading(MVMap<Long, Inode> records, ExtentMap extents, Content content, Locks locks) {
        this.records = records;
        this.extents = extents;
        this.content = content;
        this.locks = locks;
    }

    /** Fills {@code target} from {@code offset} on, less at the end of the file. */
    void read(LiveFile file, long offset, ByteBuffer target) {
        for (int attempt = 1; ; attempt++) {
            try {
                readOnce(file, offset, target);
                return;
            } catch (Spool.Gone e) {
                // Its segment was compacted away between look-up and read.
                if (attempt == ATTEMPTS) {
                    throw new Errno(Errno.EIO);
                }
            } catch (HoldfastException e) {
                if (attempt == 1) {
                    // The frame may have died and been punched between look-up and read.
                    continue;
                }
                LOG.error("inode {} cannot be read at {}: {}", file.inode, offset, e.getMessage());
                throw new Errno(Errno.EIO);
            }
        }
    }

    private void readOnce(LiveFile file, long offset, ByteBuffer target) {
        int index = target.position();
        List<Run> runs = new ArrayList<>(4);
        int bytes;
        Lock lock = locks.inode(file.inode);
        lock.lock();
        try {
            long size =
                    file.unsaved()
                            .map(LiveFile.Unsaved::sizeBytes)
                            .orElseGet(
                                    () -> {
                                        Inode record = records.get(file.inode);
                                        return record == null ? 0L : record.sizeBytes();
                                    });
            if (offset < 0 || offset >= size) {
                return;
            }
            bytes = (int) Math.min(target.remaining(), size - offset);
            if (file.covers(offset, bytes)) {
                file.overlay(offset, bytes, target, index);
                target.position(index + bytes);
                return;
            }
            extents.visit(
                    file.inode, offset, offset + bytes, (at, run) -> runs.add(new Run(at, run)));
            if (file.overlaps(offset, bytes)) {
                // The buffer changes as soon as the lock is given back: read the rest under it.
                fill(runs, offset, bytes, target, index);
                file.overlay(offset, bytes, target, index);
                target.position(index + bytes);
                return;
            }
        } finally {
            lock.unlock();
        }
        fill(runs, offset, bytes, target, index);
        target.position(index + bytes);
    }

    private void fill(List<Run> runs, long offset, int bytes, ByteBuffer target, int index) {
        long at = offset;
        for (Run run : runs) {
            if (run.offset > at) {
                Content.zero(target, index + (int) (at - offset), (int) (run.offset - at));
            }
            content.copy(run.extent, target, index + (int) (run.offset - offset));
            at = run.offset + run.extent.lengthBytes();
        }
        Content.zero(target, index + (int) (at - offset), (int) (offset + bytes - at));
    }
}
