package dev.holdfast.mount;

import dev.holdfast.Damaged;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.ChunkedSource;

/** A stream that says which chunk is to blame when it cannot be read. */
record NamedChunks(ChunkedSource source) implements ByteSource {
    @Override
    public long size() {
        return source.size();
    }

    @Override
    public long blockEnd(long offset) {
        return source.blockEnd(offset);
    }

    @Override
    public ByteSource passing() {
        ByteSource passing = source.passing();
        return new ByteSource() {
            @Override
            public long size() {
                return passing.size();
            }

            @Override
            public void read(long offset, byte[] dst, int off, int len) {
                try {
                    passing.read(offset, dst, off, len);
                } catch (Damaged e) {
                    throw blame(offset, len, e);
                }
            }
        };
    }

    @Override
    public void read(long offset, byte[] dst, int off, int len) {
        try {
            source.read(offset, dst, off, len);
        } catch (Damaged e) {
            throw blame(offset, len, e);
        }
    }

    /** Reads the chunks again, one by one: rare, and cheaper than to note the way each time. */
    private Damaged blame(long offset, int len, Damaged e) {
        int last = source.index().chunkAt(offset + len - 1);
        for (int i = source.index().chunkAt(offset); i <= last; i++) {
            try {
                source.hold(i).close();
            } catch (Damaged culprit) {
                return new DamagedChunk(source.index().digest(i), culprit);
            }
        }
        return e;
    }
}
