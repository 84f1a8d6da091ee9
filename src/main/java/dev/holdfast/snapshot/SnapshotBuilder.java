package dev.holdfast.snapshot;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.BuzhashChunker;
import dev.holdfast.chunk.ChunkBuffers;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.ChunkSplitter;
import dev.holdfast.chunk.Chunker;
import dev.holdfast.chunk.ChunkerParameters;
import dev.holdfast.chunk.EncodePipeline;
import dev.holdfast.chunk.FixedChunker;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.EscrowKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a snapshot: trees, images and blobs, then the signed manifest. Nothing is visible until
 * {@link #finish}; closing without it leaves nothing. For one thread.
 */
public final class SnapshotBuilder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotBuilder.class);

    /**
     * Buffers waiting for or inside the encoders: enough for both cores and the next one, at 16 MiB
     * each. Beside them there are a chunk that grows per stream, and what is sealed, of each core.
     */
    private static final long PIPELINE_BYTES = 48L << 20;

    private static final long IDLE_BUFFER_BYTES = 24L << 20;
    private static final long BASE_CACHE_BYTES = 48L << 20;

    private final SnapshotWriter writer;
    private final WritePolicy policy;
    private final BlobCodec codec;
    private final Optional<Snapshot> previous;
    private final EncodePipeline pipeline;
    private final ChunkBuffers buffers = new ChunkBuffers(IDLE_BUFFER_BYTES);
    private final List<ManifestFile> files = new ArrayList<>();

    private SnapshotBuilder(
            SnapshotWriter writer, WritePolicy policy, Optional<Snapshot> previous, int threads) {
        this.writer = writer;
        this.policy = policy;
        this.codec = policy.codec();
        this.previous = previous;
        this.pipeline = new EncodePipeline(codec, threads, PIPELINE_BYTES);
    }

    /**
     * Begins a snapshot.
     *
     * @throws dev.holdfast.Refused if the policy does not fit the group's newest snapshot
     */
    public static SnapshotBuilder begin(
            Repository repository,
            Namespace namespace,
            SnapshotId id,
            WritePolicy policy,
            int threads) {
        SnapshotWriter writer = repository.create(namespace, id);
        try {
            if (!isChecked(writer.previous(), policy)) {
                checkKey(repository, namespace, id.group(), policy);
            }
            Optional<Snapshot> previous =
                    writer.previous().flatMap(reader -> openPrevious(reader, policy));
            return new SnapshotBuilder(writer, policy, previous, threads);
        } catch (RuntimeException | Error e) {
            writer.close();
            throw e;
        }
    }

    /**
     * Compares with the group's newest finished snapshot, whether or not it can be a base.
     *
     * @throws dev.holdfast.Refused if the policy does not fit
     * @throws Damaged if that snapshot cannot say what it was made with, and a change is not
     *     allowed
     */
    public static void checkKey(
            Repository repository, Namespace namespace, GroupId group, WritePolicy policy) {
        Optional<SnapshotEntry> newest =
                repository.snapshots(namespace, group).stream()
                        .filter(SnapshotEntry::finished)
                        .reduce((older, newer) -> newer);
        if (newest.isEmpty()) {
            return;
        }
        try (SnapshotReader reader = repository.open(namespace, newest.get().id())) {
            policy.checkAgainst(Snapshot.decodeManifest(reader.manifestBlob(), reader.id()));
        } catch (Damaged e) {
            keyIsNotKnown(newest.get().id(), policy, e);
        }
    }

    /**
     * The same with the newest snapshot as the writer holds it open: on a server no connection more
     * is needed. False if it does not say what it was made with.
     */
    private static boolean isChecked(Optional<SnapshotReader> newest, WritePolicy policy) {
        if (newest.isEmpty()) {
            return false;
        }
        try {
            policy.checkAgainst(
                    Snapshot.decodeManifest(newest.get().manifestBlob(), newest.get().id()));
            return true;
        } catch (Damaged e) {
            LOG.debug("the previous snapshot does not say which key it has", e);
            return false;
        }
    }

    /** What cannot be read cannot say which key it wants; nothing of it is taken over either. */
    private static void keyIsNotKnown(SnapshotId newest, WritePolicy policy, Damaged why) {
        if (!policy.allowKeyChange()) {
            throw new Damaged(
                    why.getMessage()
                            + "; so the key of the group is not known: remove that snapshot, or say --allow-key-change",
                    why);
        }
        LOG.warn("snapshot {}: {}", newest, why.getMessage());
    }

    private static Optional<Snapshot> openPrevious(SnapshotReader reader, WritePolicy policy) {
        try {
            // The writer owns the reader and closes it; the snapshot is not closed by us.
            Snapshot snapshot =
                    Snapshot.open(
                            reader,
                            new KeyRing(policy.key().map(List::of).orElse(List.of())),
                            new ChunkCache(BASE_CACHE_BYTES));
            return policy.sharesChunksWith(snapshot.manifest())
                    ? Optional.of(snapshot)
                    : Optional.empty();
        } catch (Damaged e) {
            LOG.warn("snapshot {} is not used as a base: {}", reader.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Which snapshot this will be. */
    public SnapshotId id() {
        return writer.id();
    }

    /** The group's newest snapshot, if its chunks can be taken over. */
    public Optional<Snapshot> previous() {
        return previous;
    }

    /**
     * The split archive of that name in the previous snapshot, if it can serve as base (chunking.md
     * §8.1).
     */
    public Optional<BaseArchive> base(String name) {
        return previous.flatMap(snapshot -> base(snapshot, name));
    }

    /**
     * The split archive of that name in {@code snapshot}, which must stay open, if its chunks fit
     * this builder's mode.
     */
    public Optional<BaseArchive> base(Snapshot snapshot, String name) {
        String stem = stem(name);
        Optional<ManifestFile> metadata = snapshot.manifest().file(stem + ".mpxar.didx");
        Optional<ManifestFile> payload = snapshot.manifest().file(stem + ".ppxar.didx");
        if (metadata.isEmpty() || payload.isEmpty() || payload.get().mode() != policy.mode()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BaseArchive(snapshot.archive(name), snapshot.content(name)));
        } catch (Damaged e) {
            LOG.warn(
                    "{} of snapshot {} is not used as a base: {}",
                    name,
                    snapshot.id(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static String stem(String name) {
        if (!name.endsWith(".pxar")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a file archive; expected NAME.pxar");
        }
        return name.substring(0, name.length() - ".pxar".length());
    }

    /**
     * Writes a tree as a split archive.
     *
     * @param name {@code root.pxar}
     * @param base what unchanged files may refer to
     * @param prelude opaque bytes for the beginning of the metadata archive
     */
    public void tree(
            String name,
            SourceEntry.Directory root,
            Optional<BaseArchive> base,
            Optional<byte[]> prelude,
            ArchiveListener listener) {
        String payloadName = stem(name) + ".ppxar.didx";
        String metadataName = stem(name) + ".mpxar.didx";
        SnapshotWriter.ArchiveWriter payloadArchive =
                writer.archive(payloadName, referenceIndex(payloadName));
        SnapshotWriter.ArchiveWriter metadataArchive =
                writer.archive(metadataName, referenceIndex(metadataName));
        EncodePipeline.Lane metadataLane = pipeline.lane(metadataArchive, metadataArchive::append);
        ChunkSplitter metadataStream =
                splitter(new BuzhashChunker(ChunkerParameters.ARCHIVE), metadataLane);
        MetadataWriter metadata =
                MetadataWriter.begin(
                        (bytes, off, len) -> write(metadataStream, bytes, off, len),
                        root.metadata(),
                        prelude);
        PayloadWriter payload =
                new PayloadWriter(
                        pipeline.lane(payloadArchive, payloadArchive::append),
                        ChunkerParameters.ARCHIVE,
                        buffers,
                        payloadArchive,
                        base.map(BaseArchive::payloadIndex));
        new ArchiveBuilder(metadata, payload, base, listener).build(root);
        finish(metadataStream);
        metadataLane.finish();
        files.add(manifestFile(payloadName, payloadArchive.finish()));
        files.add(manifestFile(metadataName, metadataArchive.finish()));
    }

    /**
     * Writes an image as chunks of 4 MiB.
     *
     * @param name {@code disk.img}
     */
    public void image(String name, SourceEntry.Content content) {
        String stored =
                ArchiveName.stored(name)
                        .filter(n -> n.endsWith(".fidx"))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'"
                                                        + name
                                                        + "' is no name of an image; expected NAME.img"));
        SnapshotWriter.ArchiveWriter archive = writer.archive(stored, referenceIndex(stored));
        EncodePipeline.Lane lane = pipeline.lane(archive, archive::append);
        ChunkSplitter stream = splitter(new FixedChunker(FixedChunker.IMAGE_BYTES), lane);
        byte[] buffer = new byte[1 << 20];
        for (int n = content.read(buffer, 0, buffer.length);
                n >= 0;
                n = content.read(buffer, 0, buffer.length)) {
            write(stream, buffer, 0, n);
        }
        finish(stream);
        lane.finish();
        files.add(manifestFile(stored, archive.finish()));
    }

    /**
     * Writes an archive of any kind again, encoded by this builder, cut where it was cut.
     *
     * @param stored its stored name
     * @param known names under this builder's key of chunks that were written again before, by
     *     their old names; what is written is added
     * @param progress told the content length of each chunk that is done
     */
    public void again(
            String stored, ChunkedSource source, Map<Digest, Digest> known, LongConsumer progress) {
        SnapshotWriter.ArchiveWriter archive = writer.archive(stored, referenceIndex(stored));
        Deque<Digest> waiting = new ArrayDeque<>();
        EncodePipeline.Lane lane =
                pipeline.lane(
                        archive,
                        (digest, contentBytes) -> {
                            known.put(waiting.remove(), digest);
                            archive.append(digest, contentBytes);
                            progress.accept(contentBytes);
                        });
        ChunkIndex index = source.index();
        for (int i = 0; i < index.chunkCount(); i++) {
            Digest old = index.digest(i);
            Digest written = known.get(old);
            waiting.add(old);
            if (written != null && archive.has(written, index.chunkBytes(i))) {
                lane.addKnown(written, index.chunkBytes(i));
            } else {
                byte[] content = source.chunk(i);
                lane.add(content, content.length, done -> {});
            }
        }
        lane.finish();
        files.add(manifestFile(stored, archive.finish()));
    }

    /**
     * Writes a blob.
     *
     * @param name {@code fw.conf}
     */
    public void blob(String name, byte[] content) {
        String stored =
                ArchiveName.stored(name)
                        .filter(n -> n.endsWith(".blob"))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'"
                                                        + name
                                                        + "' is no name of a blob; expected NAME.conf or NAME.log"));
        blob(stored, codec.encode(content, true), policy.mode());
    }

    private void blob(String stored, byte[] encoded, CryptMode mode) {
        writer.blob(stored, encoded);
        files.add(new ManifestFile(stored, mode, encoded.length, Sha256.of(encoded)));
    }

    /**
     * The index of the same archive in the previous snapshot, for repositories that must be told
     * what will be referred to.
     */
    private Optional<ChunkIndex> referenceIndex(String stored) {
        try {
            return previous.flatMap(s -> s.manifest().file(stored).map(s.reader()::index));
        } catch (HoldfastException e) {
            LOG.warn("{} of the previous snapshot is not used: {}", stored, e.getMessage());
            return Optional.empty();
        }
    }

    private ChunkSplitter splitter(Chunker chunker, EncodePipeline.Lane lane) {
        return new ChunkSplitter(
                chunker, buffers, (chunk, length, start) -> lane.add(chunk, length, buffers::give));
    }

    private static void write(ChunkSplitter stream, byte[] bytes, int offset, int length) {
        try {
            stream.write(bytes, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void finish(ChunkSplitter stream) {
        try {
            stream.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ManifestFile manifestFile(String stored, SnapshotWriter.Sum sum) {
        return new ManifestFile(stored, policy.mode(), sum.sizeBytes(), sum.checksum());
    }

    /** Signs the manifest and makes the snapshot visible and durable. */
    public Manifest finish(Optional<String> notes) {
        // Last in the list, like the official client; plain, since they are encrypted already.
        for (EscrowKey escrow : policy.escrow()) {
            byte[] wrapped = escrow.wrap(policy.key().orElseThrow());
            blob(escrow.wrappedName(), BlobCodec.plain().encode(wrapped, false), policy.mode());
        }
        Manifest manifest = Manifest.unsigned(writer.id(), files);
        if (policy.key().isPresent()) {
            manifest =
                    manifest.signed(
                            policy.key().get().sign(manifest.canonicalBytes()),
                            policy.key().get().fingerprint());
        }
        if (notes.isPresent()) {
            manifest =
                    manifest.withUnprotected(
                            "notes", JsonNodeFactory.instance.textNode(notes.get()));
        }
        writer.finish(manifest, BlobCodec.plain().encode(manifest.encode(), true));
        return manifest;
    }

    /** What went through the encoders so far. */
    public EncodePipeline.Totals totals() {
        return pipeline.totals();
    }

    @Override
    public void close() {
        pipeline.close();
        writer.close();
    }
}
