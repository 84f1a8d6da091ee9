package dev.holdfast.cli;

import dev.holdfast.format.pxar.Stat;

/** {@code st_mode} as {@code ls -l} shows it. */
final class ModeText {
    private ModeText() {}

    static String of(int mode) {
        char type =
                switch (mode & Stat.TYPE_MASK) {
                    case Stat.DIRECTORY -> 'd';
                    case Stat.SYMLINK -> 'l';
                    case Stat.BLOCK_DEVICE -> 'b';
                    case Stat.CHARACTER_DEVICE -> 'c';
                    case Stat.FIFO -> 'p';
                    case Stat.SOCKET -> 's';
                    default -> '-';
                };
        return type
                + triple(mode >> 6, (mode & 04000) != 0, 's')
                + triple(mode >> 3, (mode & 02000) != 0, 's')
                + triple(mode, (mode & 01000) != 0, 't');
    }

    private static String triple(int bits, boolean special, char letter) {
        boolean execute = (bits & 1) != 0;
        char last =
                special
                        ? (execute ? letter : Character.toUpperCase(letter))
                        : (execute ? 'x' : '-');
        return "" + ((bits & 4) != 0 ? 'r' : '-') + ((bits & 2) != 0 ? 'w' : '-') + last;
    }
}
