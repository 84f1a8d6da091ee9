package dev.holdfast.mount;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ChunkedSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** An image or a catalog: the content of an index as a file. */
final class StreamFile implements Node, Failures.Place {
    private final View view;
    private final SnapshotKey key;
    private final String name;
    private final ManifestFile index;

    StreamFile(View view, SnapshotKey key, String name, ManifestFile index) {
        this.view = view;
        this.key = key;
        this.name = name;
        this.index = index;
    }

    @Override
    public String snapshot() {
        return key.toString();
    }

    @Override
    public String path() {
        return name;
    }

    @Override
    public Attributes attributes() {
        return view.failures()
                .guard(
                        this,
                        () ->
                                view.file(
                                        Inodes.ofPath(GroupPath.below(key.toString(), name)),
                                        index.sizeBytes(),
                                        blocks512(),
                                        new FileTime(key.id().epochSeconds(), 0)));
    }

    private long blocks512() {
        if (!index.name().endsWith(".fidx")) {
            return View.blocks512(index.sizeBytes());
        }
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            Optional<BackupKey> chunkKey =
                    index.mode() == CryptMode.ENCRYPT
                            ? snapshot.snapshot().key()
                            : Optional.empty();
            return view.holes().blocks512(snapshot.stream(index).index(), chunkKey);
        } catch (BadKey e) {
            return View.blocks512(index.sizeBytes()); // opening it says what is wrong
        }
    }

    @Override
    public OpenFile open(int flags) {
        OpenFlags.checkReadOnly(flags);
        return view.failures()
                .guard(
                        this,
                        () -> {
                            OpenSnapshot held = view.snapshots().hold(key);
                            try {
                                ChunkedSource source = held.stream(index);
                                return new ContentFile(
                                        this,
                                        this,
                                        view,
                                        held,
                                        new ContentFile.Extent(source, 0, source.size()));
                            } catch (RuntimeException | Error e) {
                                held.close();
                                throw e;
                            }
                        });
    }

    @Override
    public Optional<byte[]> xattr(String xattr) {
        return view.failures()
                .guard(
                        this,
                        () ->
                                xattr.equals(ArchiveFile.CHUNKS_XATTR)
                                        ? Optional.of(chunkCount())
                                        : new SnapshotXattrs(view, key)
                                                .value(xattr, s -> List.of(index)));
    }

    private byte[] chunkCount() {
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            int chunks = snapshot.stream(index).index().chunkCount();
            return Integer.toString(chunks).getBytes(StandardCharsets.US_ASCII);
        }
    }
}
