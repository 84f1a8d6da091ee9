package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.CatalogReader;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Verifies one open snapshot: its blobs, indexes, chunks and archives. For one thread. */
final class SnapshotCheck {
    private final VerifyRun run;
    private final Namespace namespace;
    private final Snapshot snapshot;
    private final ChunkCache cache;
    private final Consumer<VerifyProblem> problems;
    private final Map<String, ChunkIndex> indexes = new HashMap<>();
    private final Map<String, List<LostRange>> lost = new HashMap<>();
    private boolean withoutKey;

    SnapshotCheck(
            VerifyRun run,
            Namespace namespace,
            Snapshot snapshot,
            ChunkCache cache,
            Consumer<VerifyProblem> problems) {
        this.run = run;
        this.namespace = namespace;
        this.snapshot = snapshot;
        this.cache = cache;
        this.problems = problems;
    }

    void check() {
        for (ManifestFile file : snapshot.manifest().files()) {
            if (file.name().endsWith(".blob")) {
                checkBlob(file);
            } else {
                readIndex(file);
            }
        }
        checkClientLog();
        for (ManifestFile file : snapshot.manifest().files()) {
            String name = ArchiveName.user(file.name());
            if (!indexes.containsKey(file.name())) {
                continue;
            }
            if (name.endsWith(".mpxar")) {
                checkMetadata(file);
            } else if (name.endsWith(".pxar")) {
                checkUnified(file);
            } else if (!(name.endsWith(".ppxar") && hasMetadata(file))) {
                checkStream(file);
            }
        }
    }

    /** Whether the key of something encrypted was not at hand. */
    boolean withoutKey() {
        return withoutKey;
    }

    private void checkBlob(ManifestFile file) {
        try {
            open(snapshot.reader().blob(file));
        } catch (Damaged e) {
            report(file, Optional.empty(), Optional.empty(), e.getMessage());
        }
    }

    private void checkClientLog() {
        try {
            byte[] log = snapshot.reader().clientLogBlob();
            if (log.length > 0) {
                open(log);
            }
        } catch (Damaged e) {
            problems.accept(
                    new VerifyProblem(
                            namespace,
                            snapshot.id(),
                            Optional.of(ArchiveName.CLIENT_LOG),
                            Optional.empty(),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            String.valueOf(e.getMessage())));
        }
    }

    private void open(byte[] blob) {
        BlobKind kind = StoredBlob.check(blob, blob.length);
        Optional<BlobCodec> codec = codec(kind.encrypted());
        if (codec.isPresent()) {
            codec.get().decode(blob);
        } else {
            withoutKey = true;
        }
    }

    private void readIndex(ManifestFile file) {
        try {
            indexes.put(file.name(), snapshot.reader().index(file));
        } catch (Damaged e) {
            report(file, Optional.empty(), Optional.empty(), e.getMessage());
        }
    }

    private Optional<BlobCodec> codec(boolean encrypted) {
        return encrypted
                ? snapshot.key().map(BlobCodec::encrypting)
                : Optional.of(BlobCodec.plain());
    }

    private static boolean isEncrypted(ManifestFile file) {
        return file.mode() == CryptMode.ENCRYPT;
    }

    private Optional<ChunkedSource> source(ManifestFile file, ChunkSource chunks) {
        return codec(isEncrypted(file))
                .map(
                        codec ->
                                new ChunkedSource(
                                        indexes.get(file.name()),
                                        chunks,
                                        cache,
                                        codec,
                                        isEncrypted(file)));
    }

    private boolean hasMetadata(ManifestFile payload) {
        return indexes.containsKey(payload.name().replaceFirst("\\.ppxar\\.didx$", ".mpxar.didx"));
    }

    /** An image, a catalog, or one half of a split archive whose other half is missing. */
    private void checkStream(ManifestFile file) {
        if (!checkChunks(file, Optional.empty()).isEmpty()) {
            reportRanges(file);
        } else if (file.name().equals(ArchiveName.CATALOG)) {
            source(file, snapshot.reader()).ifPresent(source -> checkCatalog(file, source));
        }
    }

    private void checkCatalog(ManifestFile file, ChunkedSource source) {
        if (!run.isNewArchive(indexes.get(file.name()).checksum())) {
            return;
        }
        try {
            Deque<Iterator<CatalogReader.Child>> open = new ArrayDeque<>();
            open.push(new CatalogReader(source).root().children());
            while (!open.isEmpty()) {
                if (!open.element().hasNext()) {
                    open.pop();
                } else {
                    open.element().next().directory().ifPresent(d -> open.push(d.children()));
                }
            }
        } catch (HoldfastException e) {
            report(file, Optional.empty(), Optional.empty(), e.getMessage());
        }
    }

    /**
     * Both halves of a split archive: metadata first, as it says where contents must begin in the
     * payload.
     */
    private void checkMetadata(ManifestFile metadata) {
        String payloadName = metadata.name().replaceFirst("\\.mpxar\\.didx$", ".ppxar.didx");
        Optional<ManifestFile> payload = snapshot.manifest().file(payloadName);
        if (payload.isEmpty() || !indexes.containsKey(payloadName)) {
            checkChunks(metadata, Optional.empty());
            reportRanges(metadata);
            if (payload.isEmpty()) {
                report(metadata, Optional.empty(), Optional.empty(), payloadName + " is missing");
            }
            return;
        }
        ChunkIndex payloadIndex = indexes.get(payloadName);
        Optional<ChunkedSource> contents = source(payload.get(), snapshot.reader());
        Digest both =
                Sha256.of(
                        (indexes.get(metadata.name()).checksum().hex()
                                        + payloadIndex.checksum().hex())
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        PayloadHeaders headers = new PayloadHeaders(payloadIndex, run.provenHeaders());
        Decoding decoding =
                contents.isEmpty()
                        ? Decoding.NONE
                        : decode(
                                metadata,
                                both,
                                names -> ArchiveReader.split(names, contents.get()),
                                headers::add);
        headers.complete();
        boolean metadataIsRight = checkChunks(metadata, Optional.empty()).isEmpty();
        boolean payloadIsRight =
                checkChunks(
                                payload.get(),
                                decoding.isTried() ? Optional.of(headers) : Optional.empty())
                        .isEmpty();
        if (metadataIsRight) {
            decoding.problem().ifPresent(p -> report(metadata, p));
        }
        if (!metadataIsRight || !payloadIsRight) {
            Optional<ChunkedSource> names = source(metadata, snapshot.reader());
            reportLost(
                    metadata,
                    payload.get(),
                    names.isPresent() && contents.isPresent()
                            ? Optional.of(() -> ArchiveReader.split(names.get(), contents.get()))
                            : Optional.empty());
        }
    }

    /** A unified archive: names and contents in one stream. */
    private void checkUnified(ManifestFile file) {
        Digest checksum = indexes.get(file.name()).checksum();
        Decoding decoding = decode(file, checksum, ArchiveReader::unified, entry -> {});
        if (checkChunks(file, Optional.empty()).isEmpty()) {
            decoding.problem().ifPresent(p -> report(file, p));
        } else {
            Optional<ChunkedSource> source = source(file, snapshot.reader());
            reportLost(
                    file,
                    file,
                    source.isPresent()
                            ? Optional.of(() -> ArchiveReader.unified(source.get()))
                            : Optional.empty());
        }
    }

    /** What became of decoding an archive, if it was tried. */
    private record Decoding(boolean isTried, Optional<TreeCheck.Problem> problem) {
        static final Decoding NONE = new Decoding(false, Optional.empty());
    }

    /**
     * Decodes an archive, unless its key is missing or the run has decoded the same one before. Its
     * chunks are checked on the way, so that none is read twice; those of a unified archive that
     * hold nothing but content are left for the threads.
     *
     * @param content identifies all that is decoded
     */
    private Decoding decode(
            ManifestFile file,
            Digest content,
            Function<ChunkedSource, ArchiveReader> opening,
            Consumer<Body.Regular> files) {
        Set<Digest> read = new HashSet<>();
        ChunkSource recording =
                digest -> {
                    EncodedBlob blob = snapshot.reader().chunk(digest);
                    run.limit().pass(blob.lengthBytes());
                    read.add(digest);
                    return blob;
                };
        Optional<ChunkedSource> source = source(file, recording);
        if (source.isEmpty() || !run.isNewArchive(content)) {
            return Decoding.NONE;
        }
        Optional<TreeCheck.Problem> problem;
        try {
            problem = new TreeCheck(opening.apply(source.get()), files).check();
        } catch (HoldfastException e) {
            problem = Optional.of(new TreeCheck.Problem("/", String.valueOf(e.getMessage())));
        }
        if (problem.isEmpty()) {
            // Whatever was read was opened and compared, else the scan had failed.
            ChunkIndex index = indexes.get(file.name());
            for (int i = 0; i < index.chunkCount(); i++) {
                if (read.contains(index.digest(i))) {
                    run.chunks()
                            .right(index.digest(i), index.chunkBytes(i), isEncrypted(file), true);
                }
            }
            run.progressed();
        }
        return new Decoding(true, problem);
    }

    private interface Opening {
        ArchiveReader open();
    }

    private void report(ManifestFile file, TreeCheck.Problem problem) {
        report(file, Optional.of(problem.path()), Optional.empty(), problem.message());
    }

    private Map<Integer, String> checkChunks(ManifestFile file, Optional<PayloadHeaders> headers) {
        Optional<BlobCodec> codec = codec(isEncrypted(file));
        if (codec.isEmpty()) {
            withoutKey = true;
        }
        ChunkIndex index = indexes.get(file.name());
        Map<Integer, String> found =
                new ChunkPass(
                                run,
                                snapshot.reader(),
                                index,
                                isEncrypted(file),
                                codec,
                                headers,
                                source(file, snapshot.reader()))
                        .check();
        lost.put(file.name(), ChunkPass.ranges(index, found));
        return found;
    }

    private void reportRanges(ManifestFile file) {
        for (LostRange range : lost.get(file.name())) {
            report(file, Optional.empty(), Optional.of(range), range.reason());
        }
    }

    /** Which bytes of the archives are lost, and which files lost what by that. */
    private void reportLost(
            ManifestFile metadata, ManifestFile payload, Optional<Opening> opening) {
        reportRanges(metadata);
        if (!payload.name().equals(metadata.name())) {
            reportRanges(payload);
        }
        if (opening.isEmpty()) {
            return;
        }
        try {
            new LostPaths(
                            opening.get().open(),
                            lost.get(payload.name()),
                            new LostPaths.Sink() {
                                @Override
                                public void file(String path, long start, long end, String reason) {
                                    report(
                                            payload,
                                            Optional.of(path),
                                            Optional.of(new LostRange(start, end, reason)),
                                            reason);
                                }

                                @Override
                                public void directory(String path, String reason) {
                                    report(
                                            metadata,
                                            Optional.of(path),
                                            Optional.empty(),
                                            "cannot be listed: " + reason);
                                }
                            })
                    .find();
        } catch (HoldfastException e) {
            report(metadata, Optional.of("/"), Optional.empty(), e.getMessage());
        }
    }

    private void report(
            ManifestFile file, Optional<String> path, Optional<LostRange> range, String message) {
        Optional<LostRange> bytes = range.filter(r -> r.end() > r.start());
        problems.accept(
                new VerifyProblem(
                        namespace,
                        snapshot.id(),
                        Optional.of(file.name()),
                        path,
                        bytes.map(r -> OptionalLong.of(r.start())).orElse(OptionalLong.empty()),
                        bytes.map(r -> OptionalLong.of(r.end())).orElse(OptionalLong.empty()),
                        String.valueOf(message)));
    }
}
