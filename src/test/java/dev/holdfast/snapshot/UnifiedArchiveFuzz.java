package dev.holdfast.snapshot;

import static dev.holdfast.HostileInput.read;

/** Archives of version 1. */
public final class UnifiedArchiveFuzz {
    private UnifiedArchiveFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> ArchiveReader.unified(ByteSource.of(data)))
                .ifPresent(archive -> ArchiveWalk.walk(archive, data.length));
    }
}
