package dev.holdfast.os;

/** The functions of the C library that this package calls, looked up when it is first used. */
final class LibC {
    private static final NativeLibrary PROCESS = NativeLibrary.process();

    static final NativeFunction OPEN = PROCESS.function("open");
    static final NativeFunction CLOSE = PROCESS.function("close");
    static final NativeFunction PREAD = PROCESS.function("pread64");
    static final NativeFunction PWRITE = PROCESS.function("pwrite64");
    static final NativeFunction FTRUNCATE = PROCESS.function("ftruncate64");
    static final NativeFunction FSYNC = PROCESS.function("fsync");
    static final NativeFunction FDATASYNC = PROCESS.function("fdatasync");
    static final NativeFunction SYNCFS = PROCESS.function("syncfs");
    static final NativeFunction FALLOCATE = PROCESS.function("fallocate64");
    static final NativeFunction LSEEK = PROCESS.function("lseek64");
    static final NativeFunction FLOCK = PROCESS.function("flock");
    static final NativeFunction IOCTL = PROCESS.function("ioctl");
    static final NativeFunction STATX = PROCESS.function("statx");
    static final NativeFunction GETDENTS = PROCESS.function("getdents64");

    static final NativeFunction MKDIR = PROCESS.function("mkdir");
    static final NativeFunction MKNODAT = PROCESS.function("mknodat");
    static final NativeFunction SYMLINK = PROCESS.function("symlink");
    static final NativeFunction LINK = PROCESS.function("link");
    static final NativeFunction READLINK = PROCESS.function("readlink");
    static final NativeFunction UNLINK = PROCESS.function("unlink");
    static final NativeFunction RMDIR = PROCESS.function("rmdir");
    static final NativeFunction RENAME = PROCESS.function("rename");
    static final NativeFunction CHMOD = PROCESS.function("chmod");
    static final NativeFunction LCHOWN = PROCESS.function("lchown");
    static final NativeFunction UTIMENSAT = PROCESS.function("utimensat");

    static final NativeFunction LLISTXATTR = PROCESS.function("llistxattr");
    static final NativeFunction LGETXATTR = PROCESS.function("lgetxattr");
    static final NativeFunction LSETXATTR = PROCESS.function("lsetxattr");
    static final NativeFunction LREMOVEXATTR = PROCESS.function("lremovexattr");

    static final NativeFunction UMOUNT = PROCESS.function("umount2");
    static final NativeFunction PRCTL = PROCESS.function("prctl");
    static final NativeFunction GETEUID = PROCESS.function("geteuid");
    private static final NativeFunction STRERROR = PROCESS.function("strerror");

    /** "this directory". */
    static final int AT_FDCWD = -100;

    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_EMPTY_PATH = 0x1000;

    private LibC() {}

    /** The C library's words for an error number. */
    static String describe(int errno) {
        long text = STRERROR.call(errno);
        return new String(
                Scratch.MEMORY.getZeroTerminatedByteArray(text),
                java.nio.charset.StandardCharsets.UTF_8);
    }
}
