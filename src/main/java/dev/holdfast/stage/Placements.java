package dev.holdfast.stage;

import java.util.Arrays;

/**
 * Where a commit put what the frozen view held: for every regular file its content in the new
 * snapshot, for every directory that was still unread its new reference, and for every file with
 * several names the reference that identifies it. A compact list; filled by one thread.
 */
public final class Placements {
    private static final int FILE = 0;
    private static final int DIRECTORY = 1;
    private static final int LINK = 2;
    private static final int WIDTH = 3;

    private long[] numbers = new long[64 * WIDTH];
    private int used;

    /** The content of {@code inode} begins at {@code contentOffset} of the new base. */
    public void file(long inode, long contentOffset) {
        add(FILE, inode, contentOffset);
    }

    /** The unread directory {@code inode} is {@code ref} in the new base. */
    public void directory(long inode, long ref) {
        add(DIRECTORY, inode, ref);
    }

    /** {@code inode}, a file with several names, is known as {@code ref} in the new base. */
    public void link(long inode, long ref) {
        add(LINK, inode, ref);
    }

    private void add(int kind, long inode, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative place: " + value);
        }
        if (used == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.addExact(used, used / 2 / WIDTH * WIDTH));
        }
        numbers[used++] = kind;
        numbers[used++] = inode;
        numbers[used++] = value;
    }

    /** Hands everything to {@code visitor} in the order it was added. */
    void forEach(Visitor visitor) {
        for (int i = 0; i < used; i += WIDTH) {
            switch ((int) numbers[i]) {
                case FILE -> visitor.file(numbers[i + 1], numbers[i + 2]);
                case DIRECTORY -> visitor.directory(numbers[i + 1], numbers[i + 2]);
                default -> visitor.link(numbers[i + 1], numbers[i + 2]);
            }
        }
    }

    /** Receives placements. */
    interface Visitor {
        void file(long inode, long contentOffset);

        void directory(long inode, long ref);

        void link(long inode, long ref);
    }
}
