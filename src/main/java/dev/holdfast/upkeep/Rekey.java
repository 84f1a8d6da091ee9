package dev.holdfast.upkeep;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.PqPublicKey;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Encrypts snapshots anew, under another key or for the first time: new chunks, indexes and
 * manifests in another place, with the same times, notes and protection. Each arrives complete or
 * not at all, and is read back before it counts; the old ones are left alone. A run that was
 * interrupted goes on with what is not there yet.
 */
public final class Rekey {
    private static final long CACHE_BYTES = 64L << 20;

    /**
     * Chunks whose new name is remembered, so that snapshots which share them read them once: some
     * 60 MiB.
     */
    private static final long REMEMBERED_CHUNKS = 400_000;

    private final Repository source;
    private final Namespace sourceNamespace;
    private final KeyRing oldKeys;
    private final Repository target;
    private final Namespace targetNamespace;
    private final WritePolicy policy;
    private final int threads;
    private final RekeyProgress progress;
    private final Map<Digest, Digest> newNames =
            Caffeine.newBuilder().maximumSize(REMEMBERED_CHUNKS).<Digest, Digest>build().asMap();

    /**
     * From {@code sourceNamespace} of one repository to {@code targetNamespace} of the same or
     * another.
     */
    public Rekey(
            Repository source,
            Namespace sourceNamespace,
            KeyRing oldKeys,
            Repository target,
            Namespace targetNamespace,
            WritePolicy policy,
            int threads,
            RekeyProgress progress) {
        this.source = source;
        this.sourceNamespace = sourceNamespace;
        this.oldKeys = oldKeys;
        this.target = target;
        this.targetNamespace = targetNamespace;
        this.policy = policy;
        this.threads = threads;
        this.progress = progress;
    }

    /** Hears how far it is; on the working thread. */
    public interface RekeyProgress {
        /** Nobody listens. */
        RekeyProgress NONE = new RekeyProgress() {};

        /** A snapshot begins. */
        default void snapshot(SnapshotId id) {}

        /** So many bytes of content more are done. */
        default void bytes(long count) {}
    }

    /** What became of a snapshot. */
    public enum Outcome {
        /** It was written and read back. */
        DONE,
        /** It was there already, under the new key. */
        THERE,
        /** It could not be done; the remark says why. */
        FAILED
    }

    /** A snapshot and what became of it. */
    public record Result(SnapshotId snapshot, Outcome outcome, String remark) {}

    /**
     * What a run would have to do.
     *
     * @param contentBytes content of the snapshots
     * @param distinctBytes content of the chunks among them, each counted once: what is read and
     *     written
     */
    public record Estimate(int snapshots, long contentBytes, long distinctBytes) {}

    /** How much there is to do. */
    public Estimate estimate(List<SnapshotId> snapshots) {
        Set<Digest> seen = new HashSet<>();
        long content = 0;
        long distinct = 0;
        int count = 0;
        for (SnapshotId id : snapshots) {
            if (isThere(id)) {
                continue;
            }
            count++;
            try (Snapshot snapshot = openSource(id)) {
                for (ManifestFile file : snapshot.manifest().files()) {
                    if (file.name().endsWith(".blob")) {
                        continue;
                    }
                    ChunkIndex index = snapshot.reader().index(file);
                    content += index.sizeBytes();
                    for (int i = 0; i < index.chunkCount(); i++) {
                        distinct += seen.add(index.digest(i)) ? index.chunkBytes(i) : 0;
                    }
                }
            }
        }
        return new Estimate(count, content, distinct);
    }

    /** Does it, oldest first; one that fails does not keep the others. */
    public List<Result> run(List<SnapshotId> snapshots) {
        List<Result> results = new ArrayList<>();
        for (SnapshotId id : snapshots.stream().sorted().toList()) {
            progress.snapshot(id);
            try {
                if (isThere(id)) {
                    results.add(new Result(id, Outcome.THERE, ""));
                    continue;
                }
                write(id);
                readBack(id);
                results.add(new Result(id, Outcome.DONE, ""));
            } catch (HoldfastException e) {
                results.add(new Result(id, Outcome.FAILED, e.getMessage()));
            }
        }
        return results;
    }

    private boolean isThere(SnapshotId id) {
        Optional<SnapshotEntry> entry =
                target.snapshots(targetNamespace, id.group()).stream()
                        .filter(e -> e.id().equals(id))
                        .findFirst();
        if (entry.isEmpty() || !entry.get().finished()) {
            return false;
        }
        try (Snapshot snapshot = openTarget(id)) {
            return snapshot.manifest()
                    .keyFingerprint()
                    .equals(policy.key().map(k -> k.fingerprint()));
        }
    }

    private Snapshot openSource(SnapshotId id) {
        return Snapshot.open(
                source.open(sourceNamespace, id), oldKeys, new ChunkCache(CACHE_BYTES));
    }

    private Snapshot openTarget(SnapshotId id) {
        return Snapshot.open(
                target.open(targetNamespace, id),
                new KeyRing(policy.key().stream().toList()),
                new ChunkCache(CACHE_BYTES));
    }

    private void write(SnapshotId id) {
        boolean isProtected =
                source.snapshots(sourceNamespace, id.group()).stream()
                        .anyMatch(e -> e.id().equals(id) && e.isProtected());
        byte[] log;
        try (Snapshot old = openSource(id);
                SnapshotBuilder builder =
                        SnapshotBuilder.begin(target, targetNamespace, id, policy, threads)) {
            Manifest manifest = old.manifest();
            if (manifest.files().stream().anyMatch(f -> f.mode() == CryptMode.ENCRYPT)
                    && old.key().isEmpty()) {
                throw new BadKey(
                        "snapshot "
                                + id
                                + " is encrypted with key "
                                + manifest.keyFingerprint()
                                        .map(f -> f.shortForm())
                                        .orElse("(unknown)")
                                + ", which is not at hand; give it with --keyfile");
            }
            for (ManifestFile file : manifest.files()) {
                if (!file.name().endsWith(".blob")) {
                    builder.again(file.name(), old.source(file), newNames, progress::bytes);
                } else if (!isWrappedKey(file.name())) {
                    // A wrapped copy of the old key would be of no use to the new snapshot.
                    builder.blob(ArchiveName.user(file.name()), old.blob(file));
                }
            }
            log = clientLog(old);
            builder.finish(manifest.notes());
        }
        if (log.length > 0) {
            target.addClientLog(targetNamespace, id, log);
        }
        if (isProtected) {
            target.protect(targetNamespace, id, true);
        }
    }

    private static boolean isWrappedKey(String stored) {
        return stored.equals(ArchiveName.WRAPPED_KEY) || stored.equals(PqPublicKey.WRAPPED_KEY);
    }

    /** The client's log under the new key; empty if there is none. */
    private byte[] clientLog(Snapshot old) {
        byte[] blob = old.reader().clientLogBlob();
        if (blob.length == 0) {
            return blob;
        }
        boolean encrypted = BlobKind.read(blob, blob.length).encrypted();
        byte[] text =
                (encrypted ? BlobCodec.encrypting(old.key().orElseThrow()) : BlobCodec.plain())
                        .decode(blob);
        return policy.key()
                .map(BlobCodec::encrypting)
                .orElseGet(BlobCodec::plain)
                .encode(text, true);
    }

    /**
     * Every byte of the new snapshot opens and is what the old one holds; nobody should have to
     * trust us.
     */
    private void readBack(SnapshotId id) {
        try (Snapshot old = openSource(id);
                Snapshot fresh = openTarget(id)) {
            for (ManifestFile file : old.manifest().files()) {
                if (file.name().endsWith(".blob")) {
                    continue;
                }
                ChunkedSource before = old.source(file);
                ChunkedSource after =
                        fresh.source(
                                fresh.manifest()
                                        .file(file.name())
                                        .orElseThrow(
                                                () ->
                                                        new Damaged(
                                                                file.name()
                                                                        + " is missing in the new snapshot "
                                                                        + id)));
                if (before.index().chunkCount() != after.index().chunkCount()) {
                    throw new Damaged(
                            file.name()
                                    + " of the new snapshot "
                                    + id
                                    + " is cut otherwise than the old one");
                }
                for (int i = 0; i < after.index().chunkCount(); i++) {
                    // Opening it checks its digest, which is that of what was read from the old
                    // one.
                    Digest expected = newNames.get(before.index().digest(i));
                    boolean written = after.index().digest(i).equals(expected);
                    boolean same =
                            written
                                    ? after.chunk(i).length == before.index().chunkBytes(i)
                                    : Arrays.equals(before.chunk(i), after.chunk(i));
                    if (!same) {
                        throw new Damaged(
                                file.name()
                                        + " of the new snapshot "
                                        + id
                                        + " differs from the old one");
                    }
                }
            }
        }
    }
}
