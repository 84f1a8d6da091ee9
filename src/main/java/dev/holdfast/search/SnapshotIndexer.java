package dev.holdfast.search;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Sha256;
import dev.holdfast.snapshot.CatalogReader;
import dev.holdfast.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the roots of a snapshot's archives in a store, or makes them. A root is kept by the
 * checksum of the index that it was made from: that of the metadata of a split archive, or of the
 * catalog of an unsplit one.
 */
final class SnapshotIndexer {
    private static final String METADATA = ".mpxar.didx";
    private static final String PAYLOAD = ".ppxar.didx";
    private static final String UNIFIED = ".pxar.didx";

    private final Snapshot snapshot;
    private final Manifest manifest;
    private final PageStore store;
    private final List<Digest> used = new ArrayList<>();
    private long entries;

    SnapshotIndexer(Snapshot snapshot, PageStore store) {
        this.snapshot = snapshot;
        this.manifest = snapshot.manifest();
        this.store = store;
    }

    /** Reads all archives; what cannot be read is left out and noted. */
    IndexedSnapshot read(List<GroupIndex.Problem> problems) {
        Map<String, Item> archives = new HashMap<>();
        for (ManifestFile file : manifest.files()) {
            String stored = file.name();
            if (isPayload(stored) || stored.equals(ArchiveName.CATALOG)) {
                continue;
            }
            String name =
                    isMetadata(stored)
                            ? base(stored, METADATA) + ".pxar"
                            : ArchiveName.user(stored);
            try {
                // Of two files with one such name the later one keeps its stored name.
                archives.put(archives.containsKey(name) ? stored : name, item(file, name));
            } catch (Damaged | BadKey | NotFound e) {
                problems.add(problem(name, e));
            }
        }
        return new IndexedSnapshot(snapshot.id(), archives);
    }

    private GroupIndex.Problem problem(String name, HoldfastException e) {
        return new GroupIndex.Problem(snapshot.id(), name, e);
    }

    private boolean isMetadata(String stored) {
        return stored.endsWith(METADATA)
                && manifest.file(base(stored, METADATA) + PAYLOAD).isPresent();
    }

    private boolean isPayload(String stored) {
        return stored.endsWith(PAYLOAD)
                && manifest.file(base(stored, PAYLOAD) + METADATA).isPresent();
    }

    private static String base(String stored, String extension) {
        return stored.substring(0, stored.length() - extension.length());
    }

    private Item item(ManifestFile file, String name) {
        if (isMetadata(file.name())) {
            return split(file, name);
        } else if (file.name().endsWith(UNIFIED)) {
            return unified(file, name);
        }
        // The manifest has the length of a blob as it is stored, not that of its content.
        boolean blob = file.name().endsWith(".blob");
        Item.File body =
                new Item.File(
                        blob ? Item.File.UNKNOWN_SIZE : file.sizeBytes(),
                        Optional.of(ContentId.of(file.checksum())));
        Attributes time = Attributes.timeOnly(snapshot.id().epochSeconds());
        return new Item(name.getBytes(UTF_8), false, time, body);
    }

    private Item split(ManifestFile metadata, String name) {
        Digest key = key("split", metadata.checksum().hex(), name);
        return root(
                key,
                () -> {
                    ArchiveIndexer indexer = new ArchiveIndexer(snapshot.archive(name), store);
                    Item root = indexer.index(name.getBytes(UTF_8));
                    entries += indexer.entries();
                    return root;
                });
    }

    private Item unified(ManifestFile archive, String name) {
        ManifestFile catalog =
                manifest.file(ArchiveName.CATALOG)
                        .orElseThrow(
                                () ->
                                        new NotFound(
                                                "an unsplit archive without a catalog cannot be"
                                                        + " searched"));
        Digest key = key("catalog", catalog.checksum().hex(), archive.name(), name);
        return root(key, () -> catalogued(catalog, archive.name(), name));
    }

    private Item catalogued(ManifestFile catalog, String stored, String name) {
        Iterator<CatalogReader.Child> all =
                new CatalogReader(snapshot.source(catalog)).root().children();
        while (all.hasNext()) {
            CatalogReader.Child child = all.next();
            if (child.directory().isPresent()
                    && new String(child.entry().name(), UTF_8).equals(stored)) {
                return new CatalogIndexer(store)
                        .index(child.directory().get(), name.getBytes(UTF_8));
            }
        }
        throw new NotFound("the catalog says nothing of it");
    }

    private static Digest key(String... parts) {
        return Sha256.of(String.join("\n", parts).getBytes(UTF_8));
    }

    private Item root(Digest key, java.util.function.Supplier<Item> make) {
        used.add(key);
        Optional<Item> known = store.root(key);
        if (known.isEmpty()) {
            store.begin();
            known = store.root(key); // another process may have made it meanwhile
        }
        if (known.isPresent()) {
            return known.get();
        }
        Item made = make.get();
        store.putRoot(key, made);
        return made;
    }

    /** The roots of the snapshot. */
    List<Digest> used() {
        return used;
    }

    /** How many entries had to be read. */
    long entries() {
        return entries;
    }
}
