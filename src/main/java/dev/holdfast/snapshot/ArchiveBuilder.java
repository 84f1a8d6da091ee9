package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks a tree once and writes it as a split archive: metadata to one stream, contents to the
 * other, contents that are known from a base by reference.
 *
 * <p>Whether a run of unchanged files is taken over is known only at its end (see {@link
 * ReuseRun}), so what belongs to it waits in a bounded list, together with the other entries
 * between them. For one thread.
 */
final class ArchiveBuilder {
    /** Beyond this many waiting entries a run is decided as it stands. */
    private static final int MAX_WAITING = 16_384;

    private final MetadataWriter metadata;
    private final PayloadWriter payload;
    private final Optional<BaseArchive> base;
    private final ArchiveListener listener;
    private final List<Runnable> waiting = new ArrayList<>();

    /** Files among what waits that may get further names. */
    private final Set<Object> waitingLinks = new HashSet<>();

    private final Map<Object, LinkTarget> links = new HashMap<>();
    private final Deque<SourceEntry.Directory> path = new ArrayDeque<>();
    private ReuseRun run;
    private boolean reuse;

    ArchiveBuilder(
            MetadataWriter metadata,
            PayloadWriter payload,
            Optional<BaseArchive> base,
            ArchiveListener listener) {
        this.metadata = metadata;
        this.payload = payload;
        this.base = base;
        this.listener = listener;
    }

    private record LinkTarget(long filenameOffset, byte[] path) {}

    /** Writes the children of the root and finishes both streams. */
    void build(SourceEntry.Directory root) {
        Deque<Iterator<SourceEntry>> open = new ArrayDeque<>();
        open.push(root.children());
        while (!open.isEmpty()) {
            Iterator<SourceEntry> children = open.element();
            if (children.hasNext()) {
                SourceEntry entry = children.next();
                listener.visited(entry);
                if (entry instanceof SourceEntry.Directory directory) {
                    inOrder(() -> enter(directory));
                    open.push(directory.children());
                } else if (entry instanceof SourceEntry.File file) {
                    visit(file);
                } else {
                    inOrder(() -> writeOther(entry));
                }
            } else {
                open.pop();
                if (!open.isEmpty()) {
                    inOrder(this::leave);
                }
            }
        }
        decide();
        listener.ended(root, metadata.finish());
        payload.finish();
    }

    private void visit(SourceEntry.File file) {
        // A further name needs no content; whether it is one is known when its turn comes to be
        // written.
        Optional<Body.Regular> inBase = inBase(file);
        if (inBase.isEmpty()) {
            if (!isFurtherName(file)) {
                decide();
            }
            inOrder(() -> write(file, Optional.empty()));
            return;
        }
        Body.Regular content = inBase.get();
        if (run != null && !run.continues(content)) {
            decide();
        }
        if (run == null) {
            run = new ReuseRun(base.orElseThrow().payloadIndex());
        }
        run.add(content);
        file.linkIdentity().ifPresent(waitingLinks::add);
        waiting.add(() -> write(file, inBase));
        if (waiting.size() >= MAX_WAITING) {
            decide();
        }
    }

    private boolean isFurtherName(SourceEntry.File file) {
        return file.linkIdentity()
                .filter(id -> links.containsKey(id) || waitingLinks.contains(id))
                .isPresent();
    }

    private Optional<Body.Regular> inBase(SourceEntry.File file) {
        if (base.isEmpty() || file.baseOffset().isEmpty()) {
            return Optional.empty();
        }
        Body.Regular content = new Body.Regular(file.baseOffset().getAsLong(), file.sizeBytes());
        return new ReuseRun(base.get().payloadIndex()).isWithin(content)
                        && payload.canReuse(content)
                ? Optional.of(content)
                : Optional.empty();
    }

    /** Does it now, or after what waits. */
    private void inOrder(Runnable action) {
        if (run == null) {
            action.run();
        } else {
            waiting.add(action);
            if (waiting.size() >= MAX_WAITING) {
                decide();
            }
        }
    }

    /** Ends the run and writes what waits. */
    private void decide() {
        if (run == null) {
            return;
        }
        reuse = run.isWorthIt();
        run = null;
        waiting.forEach(Runnable::run);
        waiting.clear();
        waitingLinks.clear();
    }

    private void enter(SourceEntry.Directory directory) {
        path.addLast(directory);
        metadata.enterDirectory(directory.name(), directory.metadata());
    }

    private void leave() {
        SourceEntry.Directory directory = path.removeLast();
        metadata.leaveDirectory();
        listener.ended(directory, metadata.position());
    }

    private void write(SourceEntry.File file, Optional<Body.Regular> inBase) {
        Optional<LinkTarget> target = file.linkIdentity().map(links::get);
        if (target.isPresent()) {
            metadata.hardLink(file.name(), target.get().filenameOffset(), target.get().path());
            listener.linked(file, target.get().filenameOffset());
            return;
        }
        long filenameOffset;
        Body.Regular placed;
        if (inBase.isPresent() && reuse) {
            placed = payload.reuse(inBase.get());
            filenameOffset = metadata.file(file.name(), file.metadata(), placed, false);
        } else {
            Optional<SourceEntry.Content> content = file.open();
            if (content.isEmpty()) {
                return;
            }
            try (SourceEntry.Content open = content.get()) {
                placed = payload.file(open, file.sizeBytes());
            }
            filenameOffset = metadata.file(file.name(), file.metadata(), placed, true);
        }
        file.linkIdentity()
                .ifPresent(
                        id -> links.put(id, new LinkTarget(filenameOffset, pathOf(file.name()))));
        listener.placed(file, filenameOffset, placed, inBase.isPresent() && reuse);
    }

    private void writeOther(SourceEntry entry) {
        if (entry instanceof SourceEntry.Symlink symlink) {
            metadata.symlink(entry.name(), entry.metadata(), symlink.target());
        } else if (entry instanceof SourceEntry.Device device) {
            metadata.device(entry.name(), entry.metadata(), device.device());
        } else if (entry.metadata().stat().type() == Stat.FIFO) {
            metadata.fifo(entry.name(), entry.metadata());
        } else {
            metadata.socket(entry.name(), entry.metadata());
        }
    }

    /** The path from the root, without a leading slash, as hard links name it. */
    private byte[] pathOf(byte[] name) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (SourceEntry.Directory directory : path) {
            joined.writeBytes(directory.name());
            joined.write('/');
        }
        joined.writeBytes(name);
        return joined.toByteArray();
    }
}
