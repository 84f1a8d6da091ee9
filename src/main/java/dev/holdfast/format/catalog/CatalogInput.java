package dev.holdfast.format.catalog;

import dev.holdfast.format.FormatException;

/**
 * Decodes a catalog byte by byte from wherever a subclass gets the bytes, and counts them.
 *
 * <pre>
 * varint   7 bits per byte, lowest first, bit 7 set = more follow; at most 10 bytes
 * svarint  value >= 0: as varint. Negative: magnitude in groups of 7 bits, every byte
 *          with bit 7 set, then 00; at most 11 bytes
 * </pre>
 */
public abstract class CatalogInput {
    private static final int MAX_GROUPS = 10;

    private long position;

    protected CatalogInput(long position) {
        this.position = position;
    }

    /** The byte at an offset: 0…255. Offsets asked for only ever increase. */
    protected abstract int byteAt(long offset);

    /** Offset of the next byte. */
    public final long position() {
        return position;
    }

    private int next() {
        int b = byteAt(position);
        position++;
        return b;
    }

    /** Reads a varint: 64 bits, unsigned. */
    public final long varint() {
        long start = position;
        long value = 0;
        for (int i = 0; i < MAX_GROUPS; i++) {
            int b = next();
            value |= group(b, i, start);
            if (b < 0x80) {
                return value;
            }
        }
        throw FormatException.at(start, "number that does not end");
    }

    /** Reads an svarint: 64 bits, signed. */
    public final long svarint() {
        long start = position;
        long value = 0;
        for (int i = 0; i <= MAX_GROUPS; i++) {
            int b = next();
            if (b == 0 && i > 0) {
                return -value;
            }
            if (i == MAX_GROUPS) {
                break;
            }
            value |= group(b, i, start);
            if (b < 0x80) {
                if (value < 0) {
                    throw FormatException.at(start, "number of more than 64 bits");
                }
                return value;
            }
        }
        throw FormatException.at(start, "number that does not end");
    }

    private static long group(int b, int i, long start) {
        long bits = b & 0x7f;
        if (i == MAX_GROUPS - 1 && bits > 1) {
            throw FormatException.at(start, "number of more than 64 bits");
        }
        return bits << (7 * i);
    }

    /**
     * Reads an entry.
     *
     * @param tableStart start of the table it is in: subdirectories point back from there
     */
    public final CatalogEntry entry(long tableStart) {
        long start = position;
        CatalogEntry.Type type = CatalogEntry.Type.of(next(), start);
        long length = varint();
        if (Long.compareUnsigned(length - 1, CatalogEntry.MAX_NAME_BYTES) >= 0) {
            throw FormatException.at(
                    start, "catalog name of " + Long.toUnsignedString(length) + " bytes");
        }
        byte[] name = new byte[(int) length];
        for (int i = 0; i < name.length; i++) {
            name[i] = (byte) next();
            if (name[i] == '/' || name[i] == 0) {
                throw FormatException.at(start, "catalog name with a slash or a NUL");
            }
        }
        return switch (type) {
            case DIRECTORY -> {
                long distance = varint();
                if (distance == 0 || Long.compareUnsigned(distance, tableStart) > 0) {
                    throw FormatException.at(start, "catalog directory that points nowhere");
                }
                yield CatalogEntry.directory(name, tableStart - distance);
            }
            case FILE -> {
                long size = varint();
                yield CatalogEntry.file(name, size, svarint());
            }
            default -> CatalogEntry.other(type, name);
        };
    }
}
