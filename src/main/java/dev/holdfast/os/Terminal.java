package dev.holdfast.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether somebody sits there. {@code System.console()} does not tell any more: from Java 22 on it
 * is there without a terminal, too.
 */
public final class Terminal {
    public static final int INPUT = 0;
    public static final int ERRORS = 2;

    private static final int TIOCGWINSZ = 0x5413;
    private static final int DEFAULT_COLUMNS = 80;

    private Terminal() {}

    /** Whether that descriptor of this process is a terminal. */
    public static boolean is(int descriptor) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor)))
                            .toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** How many characters fit in a line of that terminal; 80 where it does not say. */
    public static int columns(int descriptor) {
        // struct winsize: rows, columns, and two that are not used; u16 each
        long size = Scratch.ofThread().block();
        if ((int) LibC.IOCTL.call(descriptor, TIOCGWINSZ, size) == -1) {
            return DEFAULT_COLUMNS;
        }
        int columns = Short.toUnsignedInt(Scratch.MEMORY.getShort(size + 2));
        return columns > 0 ? columns : DEFAULT_COLUMNS;
    }
}
