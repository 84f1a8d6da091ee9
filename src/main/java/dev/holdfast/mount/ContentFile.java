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
 * <p>A read that meets a damaged chunk behind good bytes fails as a whole, because the kernel takes
 * a short answer for the end of the file: measured on Linux 6.18, it then shows a shorter file to
 * everybody, and a copy of it succeeds. Where it read ahead, it asks again page by page, so that
 * all pages without damage can be read.
 */
final class ContentFile implements OpenFile {
    private final Node node;
    private final Failures.Place place;
    private final View view;
    private final OpenSnapshot held;
    private final Extent extent;
    private final ReadAhead reader;
    private final AtomicBoolean released = new AtomicBoolean();

    /** Where the content is in a stream. */
    record Extent(ChunkedSource source, long start, long sizeBytes) {}

    /**
     * @param held given back at {@link #release}
     */
    ContentFile(Node node, Failures.Place place, View view, OpenSnapshot held, Extent extent) {
        this.node = node;
        this.place = place;
        this.view = view;
        this.held = held;
        this.extent = extent;
        this.reader = new ReadAhead(extent.source(), view.readAhead());
    }

    @Override
    public Node node() {
        return node;
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
            long at = extent.start() + offset + target.position() - begin;
            throw view.failures().errno(place, named(at, e));
        } catch (RuntimeException e) {
            throw view.failures().errno(place, e);
        } finally {
            target.limit(limit);
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
