package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** A snapshot in memory, and a commit of a frozen view into one, as plainly as possible. */
final class MemoryBase implements Base {
    private static final FileTime TIME = new FileTime(1_700_000_000, 5);

    private final String name;
    private final Map<Long, List<BaseEntry>> directories = new HashMap<>();
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    private final Map<Long, Long> linkRefs = new HashMap<>();
    private final Map<Long, Long> linkOffsets = new HashMap<>();
    private final Set<Long> listed = new HashSet<>();
    private byte[] frozenPayload = {};
    private BaseEntry root;
    private long nextRef = 100;
    private boolean broken;
    private boolean closed;
    private boolean large;
    private Consumer<Integer> whileListing = count -> {};

    MemoryBase(String name) {
        this.name = name;
        root = directory("", nextRef++, 0755);
    }

    private BaseEntry directory(String entry, long ref, int mode) {
        directories.put(ref, new ArrayList<>());
        return new BaseEntry(
                Areas.bytes(entry),
                Attributes.DIRECTORY | mode,
                0,
                7,
                8,
                TIME,
                0,
                0,
                new byte[0],
                0,
                Map.of(),
                ref,
                1);
    }

    long rootRef() {
        return root.ref();
    }

    long addDirectory(long parent, String entry) {
        long ref = nextRef++;
        directories.get(parent).add(directory(entry, ref, 0750));
        return ref;
    }

    void addFile(long parent, String entry, String content) {
        addFile(parent, entry, content, nextRef++, 1);
    }

    void addLinked(String content, List<Long> parents, List<String> names) {
        long ref = nextRef++;
        long offset = store(Areas.bytes(content));
        for (int i = 0; i < parents.size(); i++) {
            directories
                    .get(parents.get(i))
                    .add(file(names.get(i), content.length(), offset, ref, parents.size()));
        }
    }

    private void addFile(long parent, String entry, String content, long ref, int links) {
        long offset = store(Areas.bytes(content));
        directories.get(parent).add(file(entry, content.length(), offset, ref, links));
    }

    private static BaseEntry file(String entry, long size, long offset, long ref, int links) {
        return new BaseEntry(
                Areas.bytes(entry),
                Attributes.REGULAR | 0640,
                3,
                7,
                8,
                TIME,
                size,
                offset,
                new byte[0],
                0,
                Map.of("user.from", Areas.bytes("base")),
                ref,
                links);
    }

    private long store(byte[] content) {
        long offset = payload.size();
        payload.writeBytes(content);
        frozenPayload = payload.toByteArray();
        return offset;
    }

    void setBroken(boolean broken) {
        this.broken = broken;
    }

    /** Makes it one whose subdirectories cannot be counted quickly. */
    void setLarge() {
        large = true;
    }

    /** Calls {@code hook} with the number of entries handed out so far, after each. */
    void setWhileListing(Consumer<Integer> hook) {
        whileListing = hook;
    }

    boolean isClosed() {
        return closed;
    }

    /** The references of directories that were listed so far. */
    Set<Long> listed() {
        return listed;
    }

    @Override
    public byte[] descriptor() {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public BaseEntry root() {
        return root;
    }

    @Override
    public void list(long ref, Consumer<BaseEntry> sink) {
        listed.add(ref);
        int count = 0;
        for (BaseEntry entry : directories.get(ref)) {
            sink.accept(entry);
            whileListing.accept(++count);
        }
    }

    @Override
    public OptionalInt countDirectories(long ref) {
        if (large) {
            return OptionalInt.empty();
        }
        long count =
                directories.get(ref).stream()
                        .filter(
                                entry ->
                                        (entry.mode() & Attributes.TYPE_MASK)
                                                == Attributes.DIRECTORY)
                        .count();
        return OptionalInt.of((int) count);
    }

    @Override
    public void read(long contentOffset, byte[] target, int targetOffset, int lengthBytes) {
        if (broken) {
            throw new Damaged("the base is broken");
        }
        System.arraycopy(
                frozenPayload, Math.toIntExact(contentOffset), target, targetOffset, lengthBytes);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** A new snapshot with the content of {@code view}, and where everything is in it. */
    static MemoryBase commit(String name, Frozen view, MemoryBase old, Placements placements) {
        MemoryBase made = new MemoryBase(name);
        // Other offsets than before, so that a stale one is noticed.
        made.store(Areas.bytes("padding of " + name));
        Inode record = view.inode(view.root());
        if (record.isUnread()) {
            placements.directory(view.root(), made.root.ref());
            made.copy(view, old, record.baseRef(), made.root.ref(), placements);
        } else {
            made.add(view, old, view.root(), made.root.ref(), placements);
        }
        return made;
    }

    private void add(Frozen view, MemoryBase old, long inode, long ref, Placements placements) {
        view.children(
                inode,
                (name, child) -> {
                    Inode record = view.inode(child);
                    String entry = new String(name, StandardCharsets.UTF_8);
                    if (record.isDirectory()) {
                        long childRef = nextRef++;
                        directories.put(childRef, new ArrayList<>());
                        directories.get(ref).add(entry(view, child, name, childRef, 0));
                        if (record.isUnread()) {
                            placements.directory(child, childRef);
                            copy(view, old, record.baseRef(), childRef, placements);
                        } else {
                            add(view, old, child, childRef, placements);
                        }
                    } else {
                        directories.get(ref).add(addFile(view, child, entry, placements));
                    }
                });
    }

    private BaseEntry addFile(Frozen view, long inode, String entry, Placements placements) {
        Inode record = view.inode(inode);
        long ref = linkRefs.computeIfAbsent(inode, i -> nextRef++);
        long offset =
                linkOffsets.computeIfAbsent(
                        inode,
                        i -> {
                            byte[] content = new byte[(int) record.sizeBytes()];
                            view.read(inode, 0, content, 0, content.length);
                            return store(content);
                        });
        if (record.isRegular()) {
            placements.file(inode, offset);
        }
        if (record.links() > 1) {
            placements.link(inode, ref);
        }
        return entry(view, inode, Areas.bytes(entry), ref, offset);
    }

    private BaseEntry entry(Frozen view, long inode, byte[] name, long ref, long offset) {
        Inode record = view.inode(inode);
        byte[] target = record.type() == Attributes.SYMLINK ? view.linkTarget(inode) : new byte[0];
        return new BaseEntry(
                name,
                record.mode(),
                record.flags(),
                record.uid(),
                record.gid(),
                record.mtime(),
                record.sizeBytes(),
                offset,
                target,
                record.device(),
                view.xattrs(inode),
                ref,
                record.isDirectory() ? 1 : record.links());
    }

    /** Takes over a directory that was never read. */
    private void copy(Frozen view, MemoryBase old, long from, long to, Placements placements) {
        for (BaseEntry entry : old.directories.get(from)) {
            String name = new String(entry.name(), StandardCharsets.UTF_8);
            if ((entry.mode() & Attributes.TYPE_MASK) == Attributes.DIRECTORY) {
                long ref = nextRef++;
                directories.put(ref, new ArrayList<>());
                directories.get(to).add(directoryLike(entry, ref));
                copy(view, old, entry.ref(), ref, placements);
                continue;
            }
            OptionalLong changed = view.inodeOfBaseLink(entry.ref());
            if (changed.isPresent()) {
                directories.get(to).add(addFile(view, changed.getAsLong(), name, placements));
                continue;
            }
            byte[] content = new byte[(int) entry.sizeBytes()];
            old.read(entry.contentOffset(), content, 0, content.length);
            long ref =
                    entry.links() > 1
                            ? linkRefs.computeIfAbsent(-entry.ref(), i -> nextRef++)
                            : nextRef++;
            directories
                    .get(to)
                    .add(file(name, entry.sizeBytes(), store(content), ref, entry.links()));
        }
    }

    private static BaseEntry directoryLike(BaseEntry entry, long ref) {
        return new BaseEntry(
                entry.name(),
                entry.mode(),
                entry.flags(),
                entry.uid(),
                entry.gid(),
                entry.mtime(),
                0,
                0,
                new byte[0],
                0,
                entry.xattrs(),
                ref,
                1);
    }
}
