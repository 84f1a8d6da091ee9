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
}
