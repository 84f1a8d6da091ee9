package dev.holdfast.chunk;

/**
 * What buzhash chunking derives from the average chunk size A ({@code chunking.md §2}):
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th></th><th>formula</th><th>A = 4 MiB</th></tr>
 * <tr><td>min</td><td>A / 4</td><td>1 MiB</td></tr>
 * <tr><td>max</td><td>A · 4</td><td>16 MiB, the most that a server accepts</td></tr>
 * <tr><td>mask</td><td>2A − 1</td><td>{@code 0x7fffff}</td></tr>
 * <tr><td>threshold</td><td>mask − 2</td><td>{@code 0x7ffffd}</td></tr>
 * </table>
 *
 * @param averageBytes A: a power of two from 1 KiB to 4 MiB. Below, a chunk could be smaller than
 *     the window of the hash; above, larger than a chunk may be.
 */
public record ChunkerParameters(int averageBytes) {
    /** For archives: 4 MiB. */
    public static final ChunkerParameters ARCHIVE = new ChunkerParameters(4 << 20);

    /** For catalogs: 512 KiB. */
    public static final ChunkerParameters CATALOG = new ChunkerParameters(512 << 10);

    public ChunkerParameters {
        if (Integer.bitCount(averageBytes) != 1
                || averageBytes < 1 << 10
                || averageBytes > 4 << 20) {
            throw new IllegalArgumentException(
                    "average chunk size must be a power of two from 1 KiB to 4 MiB: "
                            + averageBytes);
        }
    }

    public int minBytes() {
        return averageBytes / 4;
    }

    public int maxBytes() {
        return averageBytes * 4;
    }

    /** The bits of the hash that decide; at most 23, so that masked hashes are positive. */
    public int mask() {
        return 2 * averageBytes - 1;
    }

    /** A masked hash that is at least this ends a chunk: 3 of 2A values do. */
    public int threshold() {
        return mask() - 2;
    }
}
