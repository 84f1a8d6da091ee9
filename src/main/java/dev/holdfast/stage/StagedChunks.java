package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.ChunkTarget;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.chunk.EncodedChunk;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the chunks of the spool. The last ones that were read stay decoded, since a file is read in
 * pieces much smaller than a chunk. Thread-safe.
 */
final class StagedChunks {
    private static final long RECENT_BYTES = 32 << 20;

    private final Disk disk;
    private final Optional<BlobCodec> codec;

    /** By segment, the one read last at the end. */
    private final Map<Integer, byte[]> recent = new LinkedHashMap<>(16, 0.75f, true);

    private long recentBytes;

    StagedChunks(Disk disk, Optional<BlobCodec> codec) {
        this.disk = disk;
        this.codec = codec;
    }

    /**
     * The content of a chunk; not to be modified.
     *
     * @throws Damaged if it does not authenticate, or is another chunk
     */
    byte[] content(StagedChunk chunk) {
        synchronized (recent) {
            byte[] known = recent.get(chunk.segment());
            if (known != null) {
                return known;
            }
        }
        if (!disk.exists(Spool.name(chunk.segment()))) {
            throw new Spool.Gone();
        }
        byte[] content;
        try {
            content =
                    codec.orElseThrow(() -> new Damaged("the area has no key for chunks"))
                            .decodeChunk(
                                    read(chunk),
                                    chunk.blobBytes(),
                                    chunk.digest(),
                                    chunk.contentBytes(),
                                    true);
        } catch (Damaged e) {
            throw new Damaged(
                    "spool segment "
                            + Spool.name(chunk.segment())
                            + " is damaged: "
                            + e.getMessage(),
                    e);
        }
        synchronized (recent) {
            if (recent.put(chunk.segment(), content) == null) {
                recentBytes += content.length;
            }
            while (recentBytes > RECENT_BYTES && recent.size() > 1) {
                Integer oldest = recent.keySet().iterator().next();
                recentBytes -= recent.remove(oldest).length;
            }
        }
        return content;
    }

    private byte[] read(StagedChunk chunk) {
        String name = Spool.name(chunk.segment());
        if (!disk.exists(name)) {
            throw new Damaged("spool segment " + name + " is missing");
        }
        byte[] blob = new byte[chunk.blobBytes() + EncodedBlob.SPARE_BYTES];
        ByteBuffer target = ByteBuffer.wrap(blob, 0, chunk.blobBytes());
        try (Disk.DiskFile file = disk.open(name)) {
            file.read(target, 0);
        } catch (IOException e) {
            throw DiskError.of("reading the spool", e);
        }
        if (target.hasRemaining()) {
            throw new Damaged("spool segment " + name + " is damaged: it is too short");
        }
        return blob;
    }

    /** A chunk for a repository. What is not what was written fails with {@link Damaged}. */
    EncodedChunk encoded(StagedChunk chunk) {
        return new EncodedChunk() {
            @Override
            public Digest digest() {
                return chunk.digest();
            }

            @Override
            public int contentBytes() {
                return chunk.contentBytes();
            }

            @Override
            public int storeIn(ChunkTarget target) {
                byte[] blob = read(chunk);
                chunk.check(blob);
                target.putShared(
                        chunk.digest(),
                        blob,
                        chunk.blobBytes(),
                        chunk.contentBytes(),
                        disk.path(Spool.name(chunk.segment())));
                return chunk.blobBytes();
            }
        };
    }
}
