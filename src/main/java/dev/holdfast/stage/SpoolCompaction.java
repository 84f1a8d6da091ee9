package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.fuse.Errno;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.h2.mvstore.Cursor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what is live out of segments that are mostly dead, so that they can be deleted. A run
 * stays in the epoch of its write. One call copies a bounded number of bytes.
 */
@SuppressWarnings("try") // a lock held is not referred to
final class SpoolCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolCompaction.class);
    private static final int SPARSE_PERCENT = 40;
    private static final long BYTES_PER_RUN = 32L << 20;

    private final Tree tree;
    private final Spool spool;
    private final Files files;
    private final Locks locks;

    private record Run(Place place, Extent extent) {}

    SpoolCompaction(Tree tree, Spool spool, Files files, Locks locks) {
        this.tree = tree;
        this.spool = spool;
        this.files = files;
        this.locks = locks;
    }

    /** Works on the sparsest segments. */
    void run() {
        Set<Integer> victims = new HashSet<>();
        for (int segment : spool.sparse(SPARSE_PERCENT)) {
            victims.add(segment);
        }
        if (victims.isEmpty()) {
            return;
        }
        for (Run run : find(victims)) {
            try (Locks.Held held = locks.change()) {
                move(run);
            } catch (Errno e) {
                // No room to copy: the next time.
                return;
            } catch (Damaged e) {
                LOG.error("inode {} cannot be moved: {}", run.place.inode(), e.getMessage());
            }
        }
    }

    private List<Run> find(Set<Integer> victims) {
        List<Run> found = new ArrayList<>();
        long bytes = 0;
        try (Tree.Pin pin = tree.pin()) {
            Cursor<Place, Extent> cursor = tree.extents.cursor(new Place(0, 0));
            while (cursor.hasNext() && bytes < BYTES_PER_RUN) {
                Place place = cursor.next();
                Extent extent = cursor.getValue();
                if (victims.contains(extent.segment())) {
                    found.add(new Run(place, extent));
                    bytes += extent.lengthBytes();
                }
            }
        }
        return found;
    }

    private void move(Run run) {
        Lock lock = locks.inode(run.place.inode());
        lock.lock();
        try {
            byte[] plain = spool.read(run.extent);
            int bytes = (int) run.extent.lengthBytes();
            // A run in a chunk is longer than a frame; what it is cut into stays so.
            for (int done = 0; done < bytes; done += Spool.FRAME_BYTES) {
                int count = Math.min(Spool.FRAME_BYTES, bytes - done);
                Extent piece = run.extent.slice(done, count);
                Spool.Frame frame = spool.append(plain, piece.frameOffset(), count);
                if (!files.extents()
                        .replace(
                                run.place.inode(),
                                run.place.number() + done,
                                piece,
                                piece.movedTo(frame))) {
                    spool.release(piece.movedTo(frame), count);
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
