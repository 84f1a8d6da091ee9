package dev.holdfast.search;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.MetadataWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Snapshots of {@link Thing}s: real metadata archives, indexed, with pages in memory. */
final class MadeSnapshots implements Pages {
    private final Map<Digest, byte[]> pages = new HashMap<>();
    private final List<IndexedSnapshot> snapshots = new ArrayList<>();
    private int pagesRead;
    private long payloadOffset;

    @Override
    public byte[] page(Digest digest) {
        pagesRead++;
        return Optional.ofNullable(pages.get(digest)).orElseThrow();
    }

    int pagesRead() {
        return pagesRead;
    }

    int pageCount() {
        return pages.size();
    }

    List<IndexedSnapshot> all() {
        return snapshots;
    }

    /** The n-th snapshot that is made. */
    static SnapshotId id(int n) {
        return SnapshotId.parse(String.format("host/made/2026-01-%02dT00:00:00Z", 1 + n));
    }

    /** Archives a tree. */
    IndexedSnapshot add(SortedMap<String, Thing> tree) {
        ByteArrayOutputStream metadata = new ByteArrayOutputStream();
        payloadOffset = 16;
        MetadataWriter writer =
                MetadataWriter.begin(
                        metadata::write,
                        attributes(new Thing(Kind.DIRECTORY, 0755, 0, 0)),
                        Optional.empty());
        write(tree, "", writer);
        writer.finish();
        ArchiveReader archive =
                ArchiveReader.split(
                        ByteSource.of(metadata.toByteArray()), ByteSource.of(new byte[0]));
        Item root = new ArchiveIndexer(archive, this::put).index("root.pxar".getBytes(UTF_8));
        IndexedSnapshot snapshot =
                new IndexedSnapshot(id(snapshots.size()), Map.of("root.pxar", root));
        snapshots.add(snapshot);
        return snapshot;
    }

    private Digest put(byte[] page) {
        Digest digest = Sha256.of(page);
        pages.put(digest, page);
        return digest;
    }

    private void write(SortedMap<String, Thing> tree, String prefix, MetadataWriter writer) {
        TreeMap<byte[], Thing> children = new TreeMap<>(EntryName::compare);
        tree.tailMap(prefix)
                .forEach(
                        (path, thing) -> {
                            if (path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0) {
                                children.put(
                                        path.substring(prefix.length()).getBytes(UTF_8), thing);
                            }
                        });
        children.forEach(
                (name, thing) -> {
                    EntryMetadata attributes = attributes(thing);
                    switch (thing.kind()) {
                        case DIRECTORY -> {
                            writer.enterDirectory(name, attributes);
                            write(tree, prefix + new String(name, UTF_8) + "/", writer);
                            writer.leaveDirectory();
                        }
                        case SYMLINK ->
                                writer.symlink(
                                        name, attributes, ("to" + thing.content()).getBytes(UTF_8));
                        default -> writer.file(name, attributes, nextContent(thing.size()), true);
                    }
                });
    }

    private Body.Regular nextContent(long sizeBytes) {
        Body.Regular content = new Body.Regular(payloadOffset, sizeBytes);
        payloadOffset = content.contentOffset() + sizeBytes;
        return content;
    }

    private static EntryMetadata attributes(Thing thing) {
        return EntryMetadata.of(
                new Stat(thing.kind().typeBits() | thing.permissions(), 0, 0, 0, thing.mtime(), 0));
    }
}
