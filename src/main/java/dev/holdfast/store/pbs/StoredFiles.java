package dev.holdfast.store.pbs;

import dev.holdfast.Damaged;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import java.util.Arrays;

/** Downloaded files of a snapshot, compared with what its manifest says (protocol.md §9.3). */
final class StoredFiles {
    /** The longest chunk: 16 MiB and the header of an encrypted blob. */
    static final int MAX_CHUNK_BLOB_BYTES = (16 << 20) + 44;

    /** The protocol takes no longer blobs than chunks; the format allows 128 MiB of content. */
    static final int MAX_BLOB_BYTES = (128 << 20) + 44;

    /** 100 TiB in chunks of 4 MiB. */
    static final int MAX_INDEX_BYTES = 1 << 30;

    private StoredFiles() {}

    static String downloadPath(String name) {
        return Parameters.none().with("file-name", name).query("/download");
    }

    /** The body without its spare room. */
    static byte[] exactly(Answer answer) {
        return Arrays.copyOf(answer.body(), answer.lengthBytes());
    }

    /**
     * A blob file.
     *
     * @throws Damaged if it is not there or not what the manifest says
     */
    static byte[] blob(SnapshotId id, ManifestFile file, Answer answer) {
        byte[] blob = present(id, file, answer);
        if (blob.length != file.sizeBytes() || !Sha256.of(blob).equals(file.checksum())) {
            throw differs(id, file);
        }
        return blob;
    }

    /**
     * An index; size and checksum are recomputed from its entries.
     *
     * @throws Damaged if it is not there or not what the manifest says
     */
    static ChunkIndex index(SnapshotId id, ManifestFile file, Answer answer) {
        byte[] bytes = present(id, file, answer);
        ChunkIndex index;
        try {
            index =
                    file.name().endsWith(".fidx")
                            ? FixedIndex.parse(bytes)
                            : DynamicIndex.parse(bytes);
        } catch (FormatException e) {
            throw new Damaged(
                    "snapshot " + id + ": " + file.name() + " is damaged: " + e.getMessage(), e);
        }
        if (index.sizeBytes() != file.sizeBytes() || !index.checksum().equals(file.checksum())) {
            throw differs(id, file);
        }
        return index;
    }

    private static byte[] present(SnapshotId id, ManifestFile file, Answer answer) {
        if (!answer.isSuccess()) {
            throw new Damaged(
                    "snapshot "
                            + id
                            + ": "
                            + ServerErrors.of(file.name(), answer.status(), answer.text())
                                    .getMessage());
        }
        return exactly(answer);
    }

    private static Damaged differs(SnapshotId id, ManifestFile file) {
        return new Damaged(
                "snapshot " + id + ": " + file.name() + " is not what the manifest says");
    }
}
