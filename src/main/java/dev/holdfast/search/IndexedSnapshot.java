package dev.holdfast.search;

import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.EntryName;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A snapshot as the index knows it. It holds nothing open.
 *
 * @param archives what is in it, by user's name: trees as directories, images and blobs as files
 */
public record IndexedSnapshot(SnapshotId id, Map<String, Item> archives) {
    public IndexedSnapshot {
        archives = Collections.unmodifiableMap(new TreeMap<>(archives));
    }

    /** The archives in the order of items. */
    public List<Item> items() {
        return archives.values().stream()
                .sorted((x, y) -> EntryName.compare(x.name(), y.name()))
                .toList();
    }

    /**
     * What is at a path.
     *
     * @param path the archive's name first
     */
    public Optional<Item> lookup(Pages pages, List<byte[]> path) {
        Optional<Item> item = Optional.empty();
        for (int i = 0; i < path.size(); i++) {
            byte[] name = path.get(i);
            item =
                    i == 0
                            ? Optional.ofNullable(
                                    archives.get(new String(name, StandardCharsets.UTF_8)))
                            : pages.child(item.get(), name);
            if (item.isEmpty()) {
                return item;
            }
        }
        return item;
    }
}
