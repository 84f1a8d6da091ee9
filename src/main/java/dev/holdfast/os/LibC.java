package dev.holdfast.os;

/** The functions of the C library that this package calls, looked up when it is first used. */
final class LibC {
    static final NativeFunction OPEN = NativeLibrary.ofProcess("open");
    static final NativeFunction CLOSE = NativeLibrary.ofProcess("close");
    static final NativeFunction PREAD = NativeLibrary.ofProcess("pread64");
    static final NativeFunction PWRITE = NativeLibrary.ofProcess("pwrite64");
    static final NativeFunction FTRUNCATE = NativeLibrary.ofProcess("ftruncate64");
    static final NativeFunction FSYNC = NativeLibrary.ofProcess("fsync");
    static final NativeFunction FDATASYNC = NativeLibrary.ofProcess("fdatasync");
    static final NativeFunction SYNCFS = NativeLibrary.ofProcess("syncfs");
    static final NativeFunction FALLOCATE = NativeLibrary.ofProcess("fallocate64");
    static final NativeFunction LSEEK = NativeLibrary.ofProcess("lseek64");
    static final NativeFunction FLOCK = NativeLibrary.ofProcess("flock");
    static final NativeFunction IOCTL = NativeLibrary.ofProcess("ioctl");
    static final NativeFunction STATX = NativeLibrary.ofProcess("statx");
    static final NativeFunction GETDENTS = NativeLibrary.ofProcess("getdents64");

    static final NativeFunction MKDIR = NativeLibrary.ofProcess("mkdir");
    static final NativeFunction MKNODAT = NativeLibrary.ofProcess("mknodat");
    static final NativeFunction SYMLINK = NativeLibrary.ofProcess("symlink");
    static final NativeFunction LINK = NativeLibrary.ofProcess("link");
    static final NativeFunction READLINK = NativeLibrary.ofProcess("readlink");
    static final NativeFunction UNLINK = NativeLibrary.ofProcess("unlink");
    static final NativeFunction RMDIR = NativeLibrary.ofProcess("rmdir");
    static final NativeFunction RENAME = NativeLibrary.ofProcess("rename");
    static final NativeFunction CHMOD = NativeLibrary.ofProcess("chmod");
    static final NativeFunction LCHOWN = NativeLibrary.ofProcess("lchown");
    static final NativeFunction UTIMENSAT = NativeLibrary.ofProcess("utimensat");

    static final NativeFunction OPENAT = NativeLibrary.ofProcess("openat");
    static final NativeFunction MKDIRAT = NativeLibrary.ofProcess("mkdirat");
    static final NativeFunction SYMLINKAT = NativeLibrary.ofProcess("symlinkat");
    static final NativeFunction LINKAT = NativeLibrary.ofProcess("linkat");
    static final NativeFunction UNLINKAT = NativeLibrary.ofProcess("unlinkat");
    static final NativeFunction RENAMEAT = NativeLibrary.ofProcess("renameat");
    static final NativeFunction READLINKAT = NativeLibrary.ofProcess("readlinkat");
    static final NativeFunction FCHOWNAT = NativeLibrary.ofProcess("fchownat");

    static final NativeFunction FCHOWN = NativeLibrary.ofProcess("fchown");
    static final NativeFunction FCHMOD = NativeLibrary.ofProcess("fchmod");
    static final NativeFunction FUTIMENS = NativeLibrary.ofProcess("futimens");
    static final NativeFunction FSTATFS = NativeLibrary.ofProcess("fstatfs");
    static final NativeFunction FLISTXATTR = NativeLibrary.ofProcess("flistxattr");
    static final NativeFunction FGETXATTR = NativeLibrary.ofProcess("fgetxattr");
    static final NativeFunction FSETXATTR = NativeLibrary.ofProcess("fsetxattr");
    static final NativeFunction FREMOVEXATTR = NativeLibrary.ofProcess("fremovexattr");

    static final NativeFunction LLISTXATTR = NativeLibrary.ofProcess("llistxattr");
    static final NativeFunction LGETXATTR = NativeLibrary.ofProcess("lgetxattr");
    static final NativeFunction LSETXATTR = NativeLibrary.ofProcess("lsetxattr");
    static final NativeFunction LREMOVEXATTR = NativeLibrary.ofProcess("lremovexattr");

    static final NativeFunction UMOUNT = NativeLibrary.ofProcess("umount2");
    static final NativeFunction SOCKET = NativeLibrary.ofProcess("socket");
    static final NativeFunction SENDTO = NativeLibrary.ofProcess("sendto");
    static final NativeFunction PRCTL = NativeLibrary.ofProcess("prctl");
    static final NativeFunction GETEUID = NativeLibrary.ofProcess("geteuid");
    static final NativeFunction DLOPEN = NativeLibrary.ofProcess("dlopen");
    static final NativeFunction DLSYM = NativeLibrary.ofProcess("dlsym");
    static final NativeFunction DLVSYM = NativeLibrary.ofProcess("dlvsym");
    private static final NativeFunction STRERROR = NativeLibrary.ofProcess("strerror");

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
