package dev.holdfast.os;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A system call that failed. Frequent in ordinary work (a name that is not there), so it carries no
 * stack trace.
 */
public final class OsError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;
    public static final int ENOTCONN = 107;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;

    private final int errno;
    private final String call;
    private final transient byte[] path;

    /** An error that a call would have given, found by other means. */
    public OsError(int errno, String call, byte[] path) {
        super(
                call
                        + (path.length == 0 ? "" : " " + printable(path))
                        + ": "
                        + LibC.describe(errno),
                null,
                false,
                false);
        this.errno = errno;
        this.call = call;
        this.path = path.clone();
    }

    /** The error number of the call that just failed on this thread. */
    static OsError last(String call, byte[] path) {
        return new OsError(NativeFunction.errno(), call, path);
    }

    /** The C library's words for an error number, in the user's language. */
    public static String describe(int errno) {
        return LibC.describe(errno);
    }

    /** The positive error number. */
    public int errno() {
        return errno;
    }

    /** The name of the call. */
    public String call() {
        return call;
    }

    /** What the C library says of the error number, without call and path. */
    public String reason() {
        return LibC.describe(errno);
    }

    /** What it was called for; empty if for no path. */
    public byte[] path() {
        return path == null ? new byte[0] : path.clone();
    }

    /**
     * A path for a message: printable ASCII and valid UTF-8 as it is, every other byte as {@code
     * \xNN}.
     */
    public static String printable(byte[] path) {
        String text = new String(path, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0 && text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(path.length + 16);
        for (byte b : path) {
            if (b >= 0x20 && b < 0x7F) {
                shown.append((char) b);
            } else {
                shown.append("\\x").append(HexFormat.of().toHexDigits(b));
            }
        }
        return shown.toString();
    }
}
