package dev.holdfast.os;

import static dev.holdfast.os.Scratch.MEMORY;
import static dev.holdfast.os.Scratch.check;
import static dev.holdfast.os.Scratch.checkWord;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What can be asked of an open file, and set on it, besides its content: owner, mode, times,
 * extended attributes by raw names, quota project, attributes of FAT, the file system it is on.
 * Failure is an {@link OsError}.
 *
 * @param descriptor the open file; stays its owner's to close
 */
public record OpenInode(Descriptor descriptor) {
    private static final long FS_IOC_FSGETXATTR = 0x801C581FL;
    private static final long FS_IOC_FSSETXATTR = 0x401C5820L;

    /** {@code struct fsxattr}: flags, extent size, extents, project id (at 12), cow extent size. */
    private static final int FSXATTR_BYTES = 28;

    private static final int PROJECT_ID_AT = 12;
    private static final long FAT_IOCTL_GET_ATTRIBUTES = 0x80047210L;
    private static final long FAT_IOCTL_SET_ATTRIBUTES = 0x40047211L;
    private static final long BLKGETSIZE64 = 0x80081272L;

    /** Sets owner and group. Clears set-uid bits, so {@link #chmod} comes after. */
    public void chown(int uid, int gid) {
        check(LibC.FCHOWN.call(number(), uid, gid), "chown", path());
    }

    /** Sets the permission bits. */
    public void chmod(int mode) {
        check(LibC.FCHMOD.call(number(), mode), "chmod", path());
    }

    /** Sets the modification time and leaves the access time. */
    public void setModified(long seconds, int nanos) {
        long times = Scratch.ofThread().block();
        putModified(times, seconds, nanos);
        check(LibC.FUTIMENS.call(number(), times), "futimens", path());
    }

    /** {@code struct timespec[2]}: access time omitted, then the modification time. */
    static void putModified(long times, long seconds, int nanos) {
        MEMORY.putLong(times, 0);
        MEMORY.putLong(times + 8, RawFiles.UTIME_OMIT);
        MEMORY.putLong(times + 16, seconds);
        MEMORY.putLong(times + 24, nanos);
    }

    /** Names of the extended attributes; {@code EOPNOTSUPP} where there can be none. */
    public List<byte[]> attributeNames() {
        long block = Scratch.ofThread().block();
        long length =
                checkWord(
                        LibC.FLISTXATTR.call(number(), block, Scratch.BLOCK_BYTES),
                        "listxattr",
                        path());
        if (length == 0) {
            return List.of();
        }
        byte[] list = new byte[(int) length];
        MEMORY.getByteArray(block, list, 0, list.length);
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                names.add(Arrays.copyOfRange(list, start, i));
                start = i + 1;
            }
        }
        return names;
    }

    /** The value of an extended attribute, if there is one. */
    public Optional<byte[]> attribute(byte[] name) {
        Scratch scratch = Scratch.ofThread();
        long length =
                LibC.FGETXATTR.call(
                        number(),
                        scratch.path(name, "getxattr"),
                        scratch.block(),
                        Scratch.BLOCK_BYTES);
        if (length == -1) {
            int errno = NativeFunction.errno();
            if (errno == OsError.ENODATA || errno == OsError.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw new OsError(errno, "getxattr", path());
        }
        byte[] value = new byte[(int) length];
        MEMORY.getByteArray(scratch.block(), value, 0, value.length);
        return Optional.of(value);
    }

    /** Sets an extended attribute. */
    public void setAttribute(byte[] name, byte[] value) {
        if (value.length > Scratch.BLOCK_BYTES) {
            throw new OsError(OsError.ENOSPC, "setxattr", path());
        }
        Scratch scratch = Scratch.ofThread();
        MEMORY.putByteArray(scratch.block(), value, 0, value.length);
        check(
                LibC.FSETXATTR.call(
                        number(), scratch.path(name, "setxattr"), scratch.block(), value.length, 0),
                "setxattr",
                path());
    }

    /** Removes an extended attribute; {@code ENODATA} if there is none. */
    public void removeAttribute(byte[] name) {
        check(
                LibC.FREMOVEXATTR.call(number(), Scratch.ofThread().path(name, "removexattr")),
                "removexattr",
                path());
    }

    /** The quota project; 0 if it belongs to none or the file system has none. */
    public int projectId() {
        long block = Scratch.ofThread().block();
        return getExtended(block) ? MEMORY.getInt(block + PROJECT_ID_AT) : 0;
    }

    private boolean getExtended(long block) {
        MEMORY.setMemory(block, FSXATTR_BYTES, (byte) 0);
        if ((int) LibC.IOCTL.call(number(), FS_IOC_FSGETXATTR, block) != -1) {
            return true;
        }
        int errno = NativeFunction.errno();
        if (isUnsupported(errno)) {
            return false;
        }
        throw new OsError(errno, "ioctl(FS_IOC_FSGETXATTR)", path());
    }

    /** Sets the quota project; {@code EOPNOTSUPP} where there can be none. */
    public void setProjectId(int project) {
        long block = Scratch.ofThread().block();
        if (!getExtended(block)) {
            throw new OsError(OsError.EOPNOTSUPP, "ioctl(FS_IOC_FSGETXATTR)", path());
        }
        MEMORY.putInt(block + PROJECT_ID_AT, project);
        check(
                LibC.IOCTL.call(number(), FS_IOC_FSSETXATTR, block),
                "ioctl(FS_IOC_FSSETXATTR)",
                path());
    }

    /** The attributes of a FAT file; 0 on other file systems. */
    public int fatAttributes() {
        long block = Scratch.ofThread().block();
        MEMORY.putInt(block, 0);
        if ((int) LibC.IOCTL.call(number(), FAT_IOCTL_GET_ATTRIBUTES, block) != -1) {
            return MEMORY.getInt(block);
        }
        int errno = NativeFunction.errno();
        if (isUnsupported(errno)) {
            return 0;
        }
        throw new OsError(errno, "ioctl(FAT_IOCTL_GET_ATTRIBUTES)", path());
    }

    /** Sets the attributes of a FAT file; {@code ENOTTY} on other file systems. */
    public void setFatAttributes(int attributes) {
        long block = Scratch.ofThread().block();
        MEMORY.putInt(block, attributes);
        check(
                LibC.IOCTL.call(number(), FAT_IOCTL_SET_ATTRIBUTES, block),
                "ioctl(FAT_IOCTL_SET_ATTRIBUTES)",
                path());
    }

    private static boolean isUnsupported(int errno) {
        return errno == OsError.ENOTTY
                || errno == OsError.EOPNOTSUPP
                || errno == OsError.ENOSYS
                || errno == OsError.EINVAL;
    }

    /** The length of a block device. */
    public long blockDeviceBytes() {
        long block = Scratch.ofThread().block();
        check(LibC.IOCTL.call(number(), BLKGETSIZE64, block), "ioctl(BLKGETSIZE64)", path());
        return MEMORY.getLong(block);
    }

    /** {@code f_type} of the file system, unsigned 32 bits. */
    public long fileSystemType() {
        long block = Scratch.ofThread().block();
        check(LibC.FSTATFS.call(number(), block), "fstatfs", path());
        return MEMORY.getLong(block) & 0xFFFF_FFFFL;
    }

    private int number() {
        return descriptor.number();
    }

    private byte[] path() {
        return descriptor.path();
    }
}
