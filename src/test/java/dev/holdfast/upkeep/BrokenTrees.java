package dev.holdfast.upkeep;

import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Snapshots whose chunks, indexes and signature are right, while the archive in them is not. */
final class BrokenTrees {
    private BrokenTrees() {}

    static SnapshotId backUpWithSwappedGoodbyeRows(TestStore store, Map<String, byte[]> files) {
        return backUp(
                store,
                files,
                metadata -> {
                    // Two rows and the tail at the end: the hashes of the rows change places.
                    int first = metadata.length - 3 * 24;
                    long hash = Bytes.getLong(metadata, first);
                    Bytes.putLong(metadata, first, Bytes.getLong(metadata, first + 24));
                    Bytes.putLong(metadata, first + 24, hash);
                    return metadata;
                });
    }

    static SnapshotId backUpWithWrongPayloadReference(TestStore store, Map<String, byte[]> files) {
        return backUp(
                store,
                files,
                metadata -> {
                    for (int at = 0; at + 32 <= metadata.length; at++) {
                        if (Bytes.getLong(metadata, at) == ItemType.PAYLOAD_REF) {
                            Bytes.putLong(metadata, at + 16, Bytes.getLong(metadata, at + 16) + 1);
                            return metadata;
                        }
                    }
                    throw new IllegalStateException("no reference in the archive");
                });
    }

    private static SnapshotId backUp(
            TestStore store, Map<String, byte[]> files, UnaryOperator<byte[]> change) {
        SnapshotId good = store.backUp(TestStore.GROUP, 1_000_000, files);
        SnapshotId bad = TestStore.GROUP.at(2_000_000);
        List<ManifestFile> listed = new ArrayList<>();
        try (BackupKey key = TestStore.key();
                SnapshotReader reader = store.repository.open(Namespace.ROOT, good);
                SnapshotWriter writer = store.repository.create(Namespace.ROOT, bad)) {
            BlobCodec codec = BlobCodec.encrypting(key);
            Manifest manifest =
                    dev.holdfast.snapshot.Snapshot.decodeManifest(reader.manifestBlob(), good);
            for (ManifestFile file : manifest.files()) {
                if (file.name().endsWith(".blob")) {
                    writer.blob(file.name(), reader.blob(file));
                    listed.add(file);
                    continue;
                }
                byte[] stream = stream(reader, codec, reader.index(file));
                if (file.name().endsWith(".mpxar.didx")) {
                    stream = change.apply(stream);
                }
                SnapshotWriter.ArchiveWriter archive =
                        writer.archive(file.name(), Optional.empty());
                Digest digest = codec.digest(stream, 0, stream.length);
                byte[] blob = codec.encode(stream, true);
                archive.put(digest, blob, blob.length, stream.length);
                archive.append(digest, stream.length);
                SnapshotWriter.Sum sum = archive.finish();
                listed.add(
                        new ManifestFile(
                                file.name(), CryptMode.ENCRYPT, sum.sizeBytes(), sum.checksum()));
            }
            Manifest changed = Manifest.unsigned(bad, listed);
            changed = changed.signed(key.sign(changed.canonicalBytes()), key.fingerprint());
            writer.finish(changed, BlobCodec.plain().encode(changed.encode(), true));
        }
        return bad;
    }

    private static byte[] stream(SnapshotReader reader, BlobCodec codec, ChunkIndex index) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < index.chunkCount(); i++) {
            EncodedBlob blob = reader.chunk(index.digest(i));
            stream.writeBytes(
                    codec.decodeChunk(
                            blob.bytes(),
                            blob.lengthBytes(),
                            index.digest(i),
                            index.chunkBytes(i),
                            true));
        }
        return stream.toByteArray();
    }
}
