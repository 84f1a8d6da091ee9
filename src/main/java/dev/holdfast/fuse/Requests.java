package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static dev.holdfast.fuse.NativeMemory.bytes;
import static dev.holdfast.fuse.NativeMemory.string;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.fuse.PathResolver.Place;
import java.nio.ByteBuffer;
import java.util.Optional;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * What each operation of {@code struct fuse_operations} means for a {@link FileSystem}. Arguments
 * are those of C: addresses of strings and structs. The result is what C returns on success;
 * failure is an {@link Errno}. Path arguments of operations on open files are not there ({@code
 * flag_nopath}); such an operation goes by the handle alone.
 */
final class Requests {
    private static final int O_EXCL = 0200;
    private static final int O_CREAT = 0100;
    private static final int PERMISSIONS = 07777;
    private static final int UTIME_NOW = (1 << 30) - 1;
    private static final int UTIME_OMIT = (1 << 30) - 2;

    /** Offset of {@code fh} in {@code struct fuse_file_info}; {@code flags} is at 0. */
    private static final int FH = 24;

    /** The bit field of {@code struct fuse_file_info}. */
    private static final long FLAGS = 20;

    private static final int DIRECT_IO = 1;

    private final FileSystem fileSystem;
    private final FuseLibrary library;
    private final CurrentRequest current;
    private final PathResolver paths;
    private final HiddenFiles hidden = new HiddenFiles();
    private final Handles<OpenFile> files = new Handles<>();
    private final Handles<Listing> listings = new Handles<>();

    Requests(FileSystem fileSystem, FuseLibrary library, CurrentRequest current) {
        this.fileSystem = fileSystem;
        this.library = library;
        this.current = current;
        this.paths = new PathResolver(fileSystem.root());
    }

    private Node node(long path) {
        return node(string(path));
    }

    private Node node(byte[] path) {
        return hidden.behind(path).orElseGet(() -> paths.node(path));
    }

    private OpenFile file(long info) {
        return files.get(MEMORY.getLong(info + FH));
    }

    int getattr(long path, long stat) {
        NativeStat.write(stat, node(path).attributes());
        return 0;
    }

    int fgetattr(long stat, long info) {
        NativeStat.write(stat, file(info).node().attributes());
        return 0;
    }

    int readlink(long path, long target, long size) {
        byte[] link = node(path).readLink();
        int length = (int) Math.min(link.length, size - 1);
        MEMORY.putZeroTerminatedByteArray(target, link, 0, length);
        return 0;
    }

    int mknod(long path, int mode, long device) {
        Place place = paths.place(string(path));
        place.directory().makeNode(place.name(), mode, device, library.caller());
        return 0;
    }

    int mkdir(long path, int mode) {
        Place place = paths.place(string(path));
        place.directory().makeDirectory(place.name(), mode & PERMISSIONS, library.caller());
        return 0;
    }

    int unlink(long path) {
        byte[] bytes = string(path);
        if (!hidden.remove(bytes)) {
            Place place = paths.place(bytes);
            place.directory().unlink(place.name(), library.caller());
        }
        return 0;
    }

    int rmdir(long path) {
        byte[] bytes = string(path);
        Place place = paths.place(bytes);
        place.directory().removeDirectory(place.name(), library.caller());
        paths.forget(bytes);
        return 0;
    }

    int symlink(long target, long path) {
        Place place = paths.place(string(path));
        place.directory().makeSymlink(place.name(), string(target), library.caller());
        return 0;
    }

    int rename(long from, long to) {
        byte[] source = string(from);
        Place old = paths.place(source);
        Place fresh = paths.place(string(to));
        Node node = old.node();
        if (HiddenFiles.isHiddenName(fresh.name()) && !current.asksToRenameTo(fresh.name())) {
            hide(old, node, fresh.name());
            return 0;
        }
        old.directory().rename(old.name(), fresh.directory(), fresh.name(), library.caller());
        if (node instanceof Directory) {
            paths.forgetTree(source);
            paths.forgetTree(string(to)); // an empty directory that was replaced
        }
        return 0;
    }

    /** See {@link HiddenFiles}. Within a rename the target goes when it is replaced, not before. */
    private void hide(Place place, Node node, byte[] hiddenName) {
        if (current.isUnlink()) {
            place.directory().unlink(place.name(), library.caller());
        }
        hidden.add(hiddenName, node);
    }

    int link(long existing, long path) {
        Place place = paths.place(string(path));
        place.directory().link(place.name(), node(existing), library.caller());
        return 0;
    }

    int chmod(long path, int mode) {
        node(path).chmod(mode & PERMISSIONS, library.caller());
        return 0;
    }

    int chown(long path, int uid, int gid) {
        node(path).chown(unlessMinusOne(uid), unlessMinusOne(gid), library.caller());
        return 0;
    }

    private static Optional<Integer> unlessMinusOne(int id) {
        return id == -1 ? Optional.empty() : Optional.of(id);
    }

    int truncate(long path, long size) {
        node(path).truncate(size, library.caller());
        return 0;
    }

    int ftruncate(long size, long info) {
        file(info).node().truncate(size, library.caller());
        return 0;
    }

    int utimens(long path, long times) {
        node(path).setTimes(time(times), time(times + 16), library.caller());
        return 0;
    }

    private static Optional<FileTime> time(long timespec) {
        long nanos = MEMORY.getLong(timespec + 8);
        if (nanos == UTIME_OMIT) {
            return Optional.empty();
        }
        return Optional.of(
                nanos == UTIME_NOW
                        ? FileTime.now()
                        : new FileTime(MEMORY.getLong(timespec), (int) nanos));
    }

    int open(long path, long info) {
        return opened(node(path).open(MEMORY.getInt(info)), info);
    }

    int create(long path, int mode, long info) {
        Place place = paths.place(string(path));
        int flags = MEMORY.getInt(info);
        OpenFile file;
        try {
            file =
                    place.directory()
                            .create(place.name(), mode & PERMISSIONS, flags, library.caller())
                            .file();
        } catch (Errno e) {
            // Two processes may have found the name free; O_CREAT alone means "or open it".
            if (e.number() != Errno.EEXIST || (flags & O_EXCL) != 0) {
                throw e;
            }
            file = place.node().open(flags & ~O_CREAT);
        }
        return opened(file, info);
    }

    private int opened(OpenFile file, long info) {
        if (file.bypassesCache()) {
            MEMORY.putInt(info + FLAGS, MEMORY.getInt(info + FLAGS) | DIRECT_IO);
        }
        MEMORY.putLong(info + FH, files.add(file));
        return 0;
    }

    int read(long target, long size, long offset, long info) {
        ByteBuffer buffer = NativeMemory.buffer(target, (int) size);
        file(info).read(offset, buffer);
        return buffer.position();
    }

    int write(long source, long size, long offset, long info) {
        file(info).write(offset, NativeMemory.buffer(source, (int) size));
        return (int) size;
    }

    int flush(long info) {
        file(info).flush();
        return 0;
    }

    int fsync(int dataOnly, long info) {
        file(info).sync(dataOnly != 0);
        return 0;
    }

    int fallocate(int mode, long offset, long length, long info) {
        file(info).allocate(mode, offset, length);
        return 0;
    }

    int release(long info) {
        files.remove(MEMORY.getLong(info + FH)).release();
        return 0;
    }

    int opendir(long path, long info) {
        byte[] bytes = string(path);
        Directory directory = paths.directory(bytes);
        Directory parent = bytes.length <= 1 ? directory : paths.place(bytes).directory();
        MEMORY.putLong(info + FH, listings.add(new Listing(directory, parent)));
        return 0;
    }

    int readdir(long buffer, long filler, long offset, long info) {
        listings.get(MEMORY.getLong(info + FH)).fill(buffer, filler, offset);
        return 0;
    }

    int releasedir(long info) {
        listings.remove(MEMORY.getLong(info + FH));
        return 0;
    }

    int fsyncdir(long info) {
        listings.get(MEMORY.getLong(info + FH)).directory().sync();
        return 0;
    }

    int statfs(long answer) {
        StatFs sizes = fileSystem.statFs();
        Statvfs struct = Statvfs.of(Pointer.wrap(jnr.ffi.Runtime.getSystemRuntime(), answer));
        struct.f_bsize.set(sizes.blockBytes());
        struct.f_frsize.set(sizes.blockBytes());
        struct.f_blocks.set(sizes.blocks());
        struct.f_bfree.set(sizes.freeBlocks());
        struct.f_bavail.set(sizes.freeBlocks());
        struct.f_files.set(sizes.files());
        struct.f_ffree.set(sizes.freeFiles());
        struct.f_favail.set(sizes.freeFiles());
        struct.f_namemax.set(sizes.nameMax());
        return 0;
    }

    int setxattr(long path, long name, long value, long size, int flags) {
        node(path).setXattr(xattrName(name), bytes(value, (int) size), flags, library.caller());
        return 0;
    }

    int getxattr(long path, long name, long target, long size) {
        Optional<byte[]> value = node(path).xattr(xattrName(name));
        if (value.isEmpty()) {
            throw new Errno(Errno.ENODATA);
        }
        return answer(value.get(), target, size);
    }

    int listxattr(long path, long target, long size) {
        StringBuilder list = new StringBuilder();
        for (String name : node(path).xattrNames()) {
            list.append(name).append('\0');
        }
        return answer(list.toString().getBytes(UTF_8), target, size);
    }

    int removexattr(long path, long name) {
        node(path).removeXattr(xattrName(name), library.caller());
        return 0;
    }

    private static String xattrName(long name) {
        return new String(string(name), UTF_8);
    }

    /** Size 0 asks how long the value is. */
    private static int answer(byte[] value, long target, long size) {
        if (size != 0) {
            if (value.length > size) {
                throw new Errno(Errno.ERANGE);
            }
            MEMORY.putByteArray(target, value, 0, value.length);
        }
        return value.length;
    }

    /** Releases what the kernel left open, as when a connection is cut. */
    void releaseAll() {
        listings.removeAll();
        for (OpenFile file : files.removeAll()) {
            file.release();
        }
    }
}
