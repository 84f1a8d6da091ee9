package dev.holdfast.search;

import dev.holdfast.format.pxar.Stat;
import java.util.Locale;
import java.util.Optional;

/** What an item is, by the letter that {@code find -type} uses. */
public enum Kind {
    DIRECTORY(0, 'd', Stat.DIRECTORY),
    FILE(1, 'f', Stat.REGULAR),
    SYMLINK(2, 'l', Stat.SYMLINK),
    BLOCK_DEVICE(3, 'b', Stat.BLOCK_DEVICE),
    CHARACTER_DEVICE(4, 'c', Stat.CHARACTER_DEVICE),
    FIFO(5, 'p', Stat.FIFO),
    SOCKET(6, 's', Stat.SOCKET);

    private static final Kind[] ALL = values();

    private final int number;
    private final char letter;
    private final int typeBits;

    Kind(int number, char letter, int typeBits) {
        this.number = number;
        this.letter = letter;
        this.typeBits = typeBits;
    }

    /** {@code d f l b c p s}. */
    public char letter() {
        return letter;
    }

    /** The type bits of {@code st_mode}. */
    public int typeBits() {
        return typeBits;
    }

    /** {@code directory}, {@code block-device}, … */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of that letter. */
    public static Optional<Kind> ofLetter(char letter) {
        for (Kind kind : ALL) {
            if (kind.letter == letter) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    static Kind ofTypeBits(int mode) {
        for (Kind kind : ALL) {
            if (kind.typeBits == (mode & Stat.TYPE_MASK)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no type: " + Integer.toOctalString(mode));
    }

    /** How the index writes it down. */
    int number() {
        return number;
    }

    static Optional<Kind> ofNumber(int number) {
        return number >= 0 && number < ALL.length ? Optional.of(ALL[number]) : Optional.empty();
    }
}
