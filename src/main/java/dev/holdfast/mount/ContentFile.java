package dev.holdfast.mount;

import dev.holdfast.Damaged;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.ReadAhead;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file whose content lies in chunks. Keeps its snapshot open. Reads take no lock.
 *
 * <p>A damaged chunk costs its bytes, and what else depends on how the file is read. Through the
 * page cache a read that meets damage fails as a whole, because the kernel takes a short answer for
 * the end of the file: measured on Linux 6.18, it then shows a shorter file to everybody, and a
 * copy of it succeeds. It asks again page by page where it read ahead, so that the pages at both
 * ends of the damage are lost too, up to 4095 bytes each. A file that is opened when its damage is
 * known is read past the page cache: there a short answer is just that, and every good byte can be
 * had.
 */
final class ContentFile implements OpenFile {
    private final Node node;
    private final Failures.Place place;
    private final View view;
    private final OpenSnapshot held;
    private final Extent extent;
    private final ReadAhead reader;
    private final boolean bypassesCache;
    private final AtomicBoolean released = new AtomicBoolean();

    /** Where the content is in a stream. */
    record Extent(ChunkedSource source, long start, long sizeBytes) {
        boolean hasKnownDamage(Failures failures) {
            return sizeBytes > 0
                    && failures.knowsDamage(
                            source.index(),
                            source.index().chunkAt(start),
                            source.index().chunkAt(start + sizeBytes - 1));
        }
    }

    /**
     * @param held given back at {@link #release}
     */
    ContentFile(Node node, Failures.Place place, View view, OpenSnapshot held, Extent extent) {
        this.node = node;
        this.place = place;
        this.view = view;
        this.held = held;
        this.extent = extent;
        this.bypassesCache = extent.hasKnownDamage(view.failures());
        this.reader = new ReadAhead(extent.source(), view.readAhead());
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public boolean bypassesCache() {
        return bypassesCache;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        if (offset < 0 || offset >= extent.sizeBytes()) {
            return;
        }
        int limit = target.limit();
        int begin = target.position();
        target.limit(begin + (int) Math.min(limit - begin, extent.sizeBytes() - offset));
        try {
            reader.read(extent.start() + offset, target);
        } catch (Damaged e) {
            int good = target.position() - begin;
            RuntimeException errno =
                    view.failures().errno(place, named(extent.start() + offset + good, e));
            if (!bypassesCache || good == 0) {
                throw errno;
            }
        } catch (RuntimeException e) {
            throw view.failures().errno(place, e);
        } finally {
            target.limit(limit);
            view.activity().read(target.position() - begin);
        }
    }

    private Damaged named(long streamOffset, Damaged e) {
        int chunk = extent.source().index().chunkAt(streamOffset);
        return new DamagedChunk(extent.source().index().digest(chunk), e);
    }

    @Override
    public void release() {
        if (released.compareAndSet(false, true)) {
            held.close();
        }
    }
}
