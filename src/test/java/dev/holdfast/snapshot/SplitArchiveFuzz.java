package dev.holdfast.snapshot;

import static dev.holdfast.HostileInput.read;

import java.util.Arrays;

/**
 * Archives of version 2. The first two bytes of the input say how long the payload at its end is.
 */
public final class SplitArchiveFuzz {
    private SplitArchiveFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        int split = Math.max(2, data.length - ((data[0] & 0xff) | (data[1] & 0xff) << 8));
        byte[] metadata = Arrays.copyOfRange(data, 2, split);
        byte[] payload = Arrays.copyOfRange(data, split, data.length);
        read(() -> ArchiveReader.split(ByteSource.of(metadata), ByteSource.of(payload)))
                .ifPresent(archive -> ArchiveWalk.walk(archive, metadata.length));
    }
}
