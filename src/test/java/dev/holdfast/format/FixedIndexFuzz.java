package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

/** Fixed indexes; one of our own chunk size can be written again with the same checksum. */
public final class FixedIndexFuzz {
    private FixedIndexFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> FixedIndex.parse(data));
        read(() -> FixedIndex.parse(IndexInput.file(data, FixedIndex.MAGIC)))
                .ifPresent(FixedIndexFuzz::use);
    }

    private static void use(FixedIndex index) {
        IndexInput.checkCover(index);
        if (index.chunkCount() > 1 && index.chunkBytes(0) != FixedIndex.CHUNK_BYTES) {
            return;
        }
        FixedIndex.Builder builder = new FixedIndex.Builder();
        for (int i = 0; i < index.chunkCount(); i++) {
            if (index.chunkBytes(i) > FixedIndex.CHUNK_BYTES) {
                return;
            }
            builder.add(index.digest(i), index.chunkBytes(i));
        }
        check(builder.checksum().equals(index.checksum()), "written again, it is another index");
        FixedIndex.parse(builder.encode(new byte[16], 1));
    }
}
