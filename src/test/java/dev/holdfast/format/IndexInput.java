package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;

/**
 * Index files from fuzz inputs: 80 bytes of header, of which the magic is always right, then
 * entries. The 4016 zeros between them are left out of the inputs.
 */
final class IndexInput {
    private static final int HEADER_PART = 80;

    private IndexInput() {}

    static byte[] file(byte[] data, long magic) {
        int head = Math.min(data.length, HEADER_PART);
        byte[] file = new byte[ChunkIndex.HEADER_BYTES + data.length - head];
        System.arraycopy(data, 0, file, 0, head);
        System.arraycopy(data, head, file, ChunkIndex.HEADER_BYTES, data.length - head);
        Bytes.putBigEndianLong(file, 0, magic);
        return file;
    }

    /** The chunks cover the stream without gap or overlap, and are found by their bytes. */
    static void checkCover(ChunkIndex index) {
        long end = 0;
        for (int i = 0; i < index.chunkCount(); i++) {
            check(index.startOffset(i) == end, "gap between chunks");
            check(index.chunkBytes(i) > 0, "chunk of no bytes");
            check(index.chunkBytes(i) <= DynamicIndex.MAX_CHUNK_BYTES, "chunk too large");
            check(index.chunkAt(end) == i, "first byte not found");
            end = index.endOffset(i);
            check(index.chunkAt(end - 1) == i, "last byte not found");
            index.digest(i);
        }
        check(end == index.sizeBytes(), "size is not where the last chunk ends");
    }
}
