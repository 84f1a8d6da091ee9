package dev.holdfast.snapshot;

import dev.holdfast.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The archives that the official client made, as far as their decoded streams are at hand. */
enum GoldenArchives {
    UNIFIED("host_plain_2026-01-01T000000Z_root", false, true, "small", ""),
    UNIFIED_WITH_EXCLUDES("ns_a_b_host_nested_2026-01-01T000000Z_root", false, true, "small", ""),
    SPLIT("host_plain_2026-01-02T000000Z_root", true, true, "small", ""),
    SIGNED("host_signed_2026-01-01T000000Z_root", true, true, "small", ""),
    OTHER_KEY("host_otherkey_2026-01-01T000000Z_root", true, true, "small", ""),
    CONTAINER_ROOT("ct_101_2026-01-01T000000Z_root", true, true, "small", ""),
    CONTAINER_MOUNT_POINT("ct_101_2026-01-01T000000Z_mp0", true, true, "small", "names"),
    FULL("host_full_2026-01-02T000000Z_root", true, false, "full-v1", ""),
    FULL_REUSED("host_full_2026-01-03T000000Z_root", true, false, "full-v1", ""),
    FULL_PADDED("host_full_2026-01-04T000000Z_root", true, false, "full-v1b", ""),
    FULL_INJECTED("host_full_2026-01-05T000000Z_root", true, false, "full-v2", "");

    private final String stream;
    private final boolean split;
    private final boolean hasContent;
    private final String manifest;
    private final String subtree;

    GoldenArchives(
            String stream, boolean split, boolean hasContent, String manifest, String subtree) {
        this.stream = stream;
        this.split = split;
        this.hasContent = hasContent;
        this.manifest = manifest;
        this.subtree = subtree;
    }

    boolean isSplit() {
        return split;
    }

    boolean hasContent() {
        return hasContent;
    }

    byte[] metadata() {
        return bytes(split ? ".mpxar" : ".pxar");
    }

    ArchiveReader open() {
        if (!split) {
            return ArchiveReader.unified(ByteSource.of(metadata()));
        }
        byte[] payload = hasContent ? bytes(".ppxar") : new byte[0];
        return ArchiveReader.split(ByteSource.of(metadata()), ByteSource.of(payload));
    }

    /** What was backed up, less what the exclude patterns of the source left out. */
    TreeDescription source() {
        TreeDescription tree = TreeDescription.ofManifest(manifest, subtree, hasContent);
        tree.without("excl/a.tmp", "excl/dironly", "excl/keep/b.tmp", "excl/rooted");
        return this == UNIFIED_WITH_EXCLUDES ? tree.without("many") : tree;
    }

    private byte[] bytes(String suffix) {
        Path file = Golden.decodedStreams().resolve(stream + suffix);
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
