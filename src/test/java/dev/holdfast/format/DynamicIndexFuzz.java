package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

/** Dynamic indexes; what is taken can be written again with the same checksum. */
public final class DynamicIndexFuzz {
    private DynamicIndexFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> DynamicIndex.parse(data));
        read(() -> DynamicIndex.parse(IndexInput.file(data, DynamicIndex.MAGIC)))
                .ifPresent(DynamicIndexFuzz::use);
    }

    private static void use(DynamicIndex index) {
        IndexInput.checkCover(index);
        DynamicIndex.Builder builder = new DynamicIndex.Builder();
        for (int i = 0; i < index.chunkCount(); i++) {
            builder.add(index.digest(i), index.chunkBytes(i));
        }
        check(builder.checksum().equals(index.checksum()), "written again, it is another index");
        DynamicIndex.parse(builder.encode(new byte[16], 1));
    }
}
