package dev.holdfast.mount;

import dev.holdfast.BadKey;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A blob, decoded. Its length is known only then, so looking at it is as good as reading it. */
final class BlobFile implements Node, Failures.Place {
    private final View view;
    private final SnapshotKey key;
    private final String name;
    private final SnapshotFile file;

    /** Names a decoded blob in the cache. */
    record Key(SnapshotKey snapshot, String name) {}

    BlobFile(View view, SnapshotKey key, String name, SnapshotFile file) {
        this.view = view;
        this.key = key;
        this.name = name;
        this.file = file;
    }

    @Override
    public String snapshot() {
        return key.toString();
    }

    @Override
    public String path() {
        return name;
    }

    private byte[] content() {
        return view.failures()
                .guard(this, () -> view.blobs().get(new Key(key, name), k -> decode()));
    }

    private byte[] decode() {
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            return file instanceof SnapshotFile.Blob blob
                    ? snapshot.blob(blob.blob())
                    : snapshot.clientLog();
        }
    }

    @Override
    public Attributes attributes() {
        long size = view.failures().guard(this, this::sizeBytes);
        return view.file(
                Inodes.ofPath(GroupPath.below(key.toString(), name)),
                size,
                View.blocks512(size),
                new FileTime(key.id().epochSeconds(), 0));
    }

    /** Without the key, about: so that {@code ls -l} works, and only opening it does not. */
    private long sizeBytes() {
        try {
            return view.blobs().get(new Key(key, name), k -> decode()).length;
        } catch (BadKey e) {
            return file.parts().stream()
                    .mapToLong(ManifestFile::sizeBytes)
                    .map(stored -> Math.max(0, stored - BlobKind.ENCRYPTED_HEADER_BYTES))
                    .sum();
        }
    }

    @Override
    public OpenFile open(int flags) {
        OpenFlags.checkReadOnly(flags);
        content();
        return new Reading();
    }

    @Override
    public Optional<byte[]> xattr(String xattr) {
        List<ManifestFile> parts = file.parts();
        return view.failures()
                .guard(this, () -> new SnapshotXattrs(view, key).value(xattr, s -> parts));
    }

    /** Reads through the cache, so that open files take no memory of their own. */
    private final class Reading implements OpenFile {
        @Override
        public Node node() {
            return BlobFile.this;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            byte[] content = content();
            if (offset >= 0 && offset < content.length) {
                int from = (int) offset;
                int bytes = Math.min(target.remaining(), content.length - from);
                target.put(content, from, bytes);
                view.activity().read(bytes);
            }
        }

        @Override
        public void release() {}
    }
}
