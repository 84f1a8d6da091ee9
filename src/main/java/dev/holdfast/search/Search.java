package dev.holdfast.search;

import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.EntryName;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for items in many snapshots at once: every page is looked at once for each path that it
 * has, however many snapshots share it.
 */
public final class Search {
    private final Pages pages;
    private final List<IndexedSnapshot> snapshots;
    private final Matcher matcher;

    /**
     * @param snapshots oldest first
     */
    public Search(Pages pages, List<IndexedSnapshot> snapshots, Matcher matcher) {
        this.pages = pages;
        this.snapshots = List.copyOf(snapshots);
        this.matcher = matcher;
    }

    /** Says what is looked for. */
    public interface Matcher {
        /**
         * Whether its place may be right; asked first, of everything there is.
         *
         * @param path of names, the archive's first; valid during the call
         */
        boolean matches(List<byte[]> path, Kind kind);

        /** Whether the rest is right. */
        default boolean matches(Item item) {
            return true;
        }
    }

    /**
     * Something that was found.
     *
     * @param path of names, the archive's first
     * @param item as the newest of the snapshots has it, as far as one knows more than a catalog
     * @param snapshots that have it with these attributes as far as known, oldest first
     */
    public record Hit(List<byte[]> path, Item item, List<SnapshotId> snapshots) {}

    /** Hears what was found. */
    public interface Visitor {
        void found(Hit hit);
    }

    /** What must be equal for two items to be one hit: all that a listing shows. */
    private record Look(Kind kind, int mode, long size, Attributes times, ByteBuffer target) {
        static Look of(Item item) {
            Attributes all = item.attributes();
            boolean link = item.body() instanceof Item.Symlink;
            return new Look(
                    item.kind(),
                    item.mode(),
                    item.sizeBytes(),
                    new Attributes(
                            0,
                            all.uid(),
                            all.gid(),
                            all.mtimeSeconds(),
                            all.mtimeNanos(),
                            0,
                            0,
                            0,
                            0,
                            0),
                    ByteBuffer.wrap(link ? ((Item.Symlink) item.body()).target() : new byte[0]));
        }
    }

    /** A hit while snapshots are still added to it. */
    private static final class Found {
        private final BitSet snapshots = new BitSet();
        private Item item;

        Found(Item item) {
            this.item = item;
        }

        void add(Item other, BitSet more) {
            if (more.length() > snapshots.length()) {
                item = other;
            }
            snapshots.or(more);
        }

        Found add(Found partly) {
            snapshots.or(partly.snapshots);
            return this;
        }
    }

    /** Runs the search; what is found in a directory comes before what is below it. */
    public void run(Visitor visitor) {
        List<byte[]> path = new ArrayList<>();
        Deque<TreeMap<byte[], SnapshotSet>> open = new ArrayDeque<>();
        One top = new One(path);
        SnapshotSet.forEachArchive(snapshots, top::add);
        top.report(visitor);
        open.push(top.directories);
        while (!open.isEmpty()) {
            Map.Entry<byte[], SnapshotSet> next = open.element().pollFirstEntry();
            if (next == null) {
                open.pop();
                if (!open.isEmpty()) {
                    path.remove(path.size() - 1);
                }
                continue;
            }
            path.add(next.getKey());
            One directory = new One(path);
            next.getValue().forEach(pages, directory::isWanted, directory::add);
            directory.report(visitor);
            open.push(directory.directories);
        }
    }

    /** What all snapshots have at one path. */
    private final class One {
        private final List<byte[]> path;
        private final TreeMap<byte[], SnapshotSet> directories = new TreeMap<>(EntryName::compare);
        private final TreeMap<byte[], Map<Look, Found>> hits = new TreeMap<>(EntryName::compare);

        One(List<byte[]> path) {
            this.path = path;
        }

        void add(Item item, BitSet numbers) {
            if (item.isDirectory()) {
                directories
                        .computeIfAbsent(item.name(), n -> new SnapshotSet())
                        .add(item.pages(), numbers);
            }
            if (isWanted(item.name(), item.kind()) && matcher.matches(item)) {
                hits.computeIfAbsent(item.name(), n -> new LinkedHashMap<>())
                        .computeIfAbsent(Look.of(item), l -> new Found(item))
                        .add(item, numbers);
            }
        }

        boolean isWanted(byte[] name, Kind kind) {
            path.add(name);
            boolean wanted = matcher.matches(path, kind);
            path.remove(path.size() - 1);
            return wanted;
        }

        /** By name, then by time. */
        void report(Visitor visitor) {
            hits.values().forEach(this::mergeCatalogued);
            hits.forEach(
                    (name, looks) ->
                            looks.values().stream()
                                    .sorted(
                                            (x, y) ->
                                                    Integer.compare(
                                                            x.snapshots.nextSetBit(0),
                                                            y.snapshots.nextSetBit(0)))
                                    .forEach(found -> visitor.found(hit(name, found))));
        }

        /** What a catalog says of something is no other hit if all of it fits to one. */
        private void mergeCatalogued(Map<Look, Found> looks) {
            List<Found> whole = looks.values().stream().filter(f -> f.item.complete()).toList();
            looks.values()
                    .removeIf(
                            partly ->
                                    !partly.item.complete()
                                            && whole.stream()
                                                    .filter(f -> fits(partly.item, f.item))
                                                    .findFirst()
                                                    .map(f -> f.add(partly))
                                                    .isPresent());
        }

        private boolean fits(Item partly, Item whole) {
            return partly.kind() == whole.kind()
                    && (partly.kind() != Kind.FILE
                            || partly.sizeBytes() == Item.File.UNKNOWN_SIZE
                            || (partly.sizeBytes() == whole.sizeBytes()
                                    && Likeness.sameTime(partly, whole)));
        }

        private Hit hit(byte[] name, Found found) {
            List<byte[]> full = new ArrayList<>(path);
            full.add(name);
            return new Hit(
                    full,
                    found.item,
                    found.snapshots.stream().mapToObj(i -> snapshots.get(i).id()).toList());
        }
    }
}
