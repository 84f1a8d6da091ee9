package dev.holdfast.stage;

/**
 * Where a run of a file's content lies: in a frame of the spool or in the base.
 *
 * @param lengthBytes length of the run
 * @param segment segment of the spool, or 0 for the base
 * @param position of the frame in the segment, 0 for a chunk; for the base the content offset of
 *     the run itself
 * @param frameBytes plain length of the frame; 0 for the base
 * @param frameOffset where in the frame the run begins; 0 for the base
 * @param stamp for the spool the epoch of the write, for the base its generation
 */
record Extent(
        long lengthBytes, int segment, long position, int frameBytes, int frameOffset, int stamp) {
    Extent {
        if (lengthBytes <= 0 || position < 0 || segment < 0) {
            throw new IllegalArgumentException("malformed extent");
        }
        if (segment > 0 && (frameOffset < 0 || lengthBytes > (long) frameBytes - frameOffset)) {
            throw new IllegalArgumentException("extent outside of its frame");
        }
    }

    static Extent ofBase(long contentOffset, long lengthBytes, int generation) {
        return new Extent(lengthBytes, 0, contentOffset, 0, 0, generation);
    }

    boolean isBase() {
        return segment == 0;
    }

    /** Whether the frame is a chunk: a frame is never as long. */
    boolean isInChunk() {
        return frameBytes > Spool.FRAME_BYTES;
    }

    /** Whether this run is a whole frame, so that no other run refers to it. */
    boolean isWholeFrame() {
        return !isBase() && lengthBytes == frameBytes;
    }

    /** The part of this run that begins {@code from} bytes after its beginning. */
    Extent slice(long from, long bytes) {
        return isBase()
                ? new Extent(bytes, 0, position + from, 0, 0, stamp)
                : new Extent(
                        bytes, segment, position, frameBytes, (int) (frameOffset + from), stamp);
    }

    /** The same run in the same epoch, copied to the beginning of another frame. */
    Extent movedTo(Spool.Frame frame) {
        return new Extent(lengthBytes, frame.segment(), frame.position(), frame.bytes(), 0, stamp);
    }
}
