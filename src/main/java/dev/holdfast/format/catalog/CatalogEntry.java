package dev.holdfast.format.catalog;

import static java.util.Objects.requireNonNull;

import dev.holdfast.format.FormatException;
import java.nio.charset.StandardCharsets;

/** A line of a catalog's table. */
public final class CatalogEntry {
    /** Longest name, in bytes. */
    public static final int MAX_NAME_BYTES = 4095;

    private final Type type;
    private final byte[] name;
    private final long sizeBytes;
    private final long mtimeSeconds;
    private final long tableStart;

    private CatalogEntry(
            Type type, byte[] name, long sizeBytes, long mtimeSeconds, long tableStart) {
        this.type = requireNonNull(type);
        this.name = requireNonNull(name);
        this.sizeBytes = sizeBytes;
        this.mtimeSeconds = mtimeSeconds;
        this.tableStart = tableStart;
    }

    /** A directory whose own table starts at an offset. */
    static CatalogEntry directory(byte[] name, long tableStart) {
        return new CatalogEntry(Type.DIRECTORY, name, 0, 0, tableStart);
    }

    static CatalogEntry file(byte[] name, long sizeBytes, long mtimeSeconds) {
        return new CatalogEntry(Type.FILE, name, sizeBytes, mtimeSeconds, 0);
    }

    static CatalogEntry other(Type type, byte[] name) {
        return new CatalogEntry(type, name, 0, 0, 0);
    }

    /** What an entry is, and the byte that says so. */
    public enum Type {
        DIRECTORY('d'),
        FILE('f'),
        SYMLINK('l'),
        HARD_LINK('h'),
        BLOCK_DEVICE('b'),
        CHARACTER_DEVICE('c'),
        FIFO('p'),
        SOCKET('s');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        public char letter() {
            return letter;
        }

        static Type of(int letter, long offset) {
            for (Type type : values()) {
                if (type.letter == letter) {
                    return type;
                }
            }
            throw FormatException.at(offset, "catalog entry of unknown type " + letter);
        }
    }

    public Type type() {
        return type;
    }

    public byte[] name() {
        return name;
    }

    /** Length of a regular file, unsigned; 0 for anything else. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Modification time of a regular file, seconds since the epoch; 0 for anything else. */
    public long mtimeSeconds() {
        return mtimeSeconds;
    }

    /** Where the table of a directory starts; 0 for anything else. */
    public long tableStart() {
        return tableStart;
    }

    @Override
    public String toString() {
        return type.letter + " " + new String(name, StandardCharsets.UTF_8);
    }
}
