package dev.holdfast.fuse;

/**
 * The failure of one file-system call: the number that the caller sees in {@code errno}. Expected
 * control flow (a lookup of a missing name is the most frequent), so it carries neither stack trace
 * nor cause; whoever throws it for a reason that an operator should know logs that reason first.
 */
public final class Errno extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EIO = 5;
    public static final int EBADF = 9;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ENODATA = 61;
    public static final int EPROTO = 71;
    public static final int EOPNOTSUPP = 95;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;

    private final int number;

    /** A failure with the given (positive) error number. */
    public Errno(int number) {
        super("errno " + number, null, false, false);
        this.number = number;
    }

    /** The positive error number. */
    public int number() {
        return number;
    }
}
