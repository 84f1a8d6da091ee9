package dev.holdfast.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A whole file system in memory, by which the port and its adapter are tried. One big lock. Asking
 * for the attributes {@code user.overflow} and {@code user.bug} fails in ways that should not be.
 */
final class MemoryFileSystem implements FileSystem {
    private static final int PAGE_BYTES = 128 << 10;

    private final AtomicLong inodes = new AtomicLong();
    private final Folder root = new Folder(040755, new Caller(0, 0, 0));

    /** What {@code close(2)} answers next; 0 for success. */
    volatile int errnoOfFlush;

    /** What {@code close(2)} waits for. */
    volatile CountDownLatch heldUp = new CountDownLatch(0);

    /** How often the file system was closed. */
    final AtomicLong closed = new AtomicLong();

    @Override
    public Directory root() {
        return root;
    }

    @Override
    public StatFs statFs() {
        return new StatFs(4096, 1 << 20, 1 << 19, 1 << 20, 1 << 19, 255);
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }

    /** How often a directory was asked for its names. */
    int listings;

    /** How many names the whole tree has. */
    synchronized int names() {
        return root.count();
    }

    private class Item implements Node {
        final long inode = inodes.incrementAndGet();
        final Map<String, byte[]> xattrs = new TreeMap<>();
        final byte[] target;
        final long device;
        int mode;
        int uid;
        int gid;
        int links = 1;
        long size;
        FileTime atime = FileTime.now();
        FileTime mtime = atime;
        FileTime ctime = atime;

        Item(int mode, Caller caller, byte[] target, long device) {
            this.mode = (mode & Attributes.TYPE_MASK) | (mode & 07777 & ~caller.umask());
            this.uid = caller.uid();
            this.gid = caller.gid();
            this.target = target;
            this.device = device;
            this.size = target.length;
        }

        @Override
        public Attributes attributes() {
            synchronized (MemoryFileSystem.this) {
                return new Attributes(
                        inode,
                        mode,
                        links,
                        uid,
                        gid,
                        device,
                        size,
                        (size + 511) / 512,
                        atime,
                        mtime,
                        ctime);
            }
        }

        @Override
        public byte[] readLink() {
            if (attributes().type() != Attributes.SYMLINK) {
                throw new Errno(Errno.EINVAL);
            }
            return target;
        }

        @Override
        public Optional<byte[]> xattr(String name) {
            if (name.equals("user.overflow")) {
                return deeper(name);
            }
            if (name.equals("user.bug")) {
                throw new IllegalStateException("secret name");
            }
            synchronized (MemoryFileSystem.this) {
                return Optional.ofNullable(xattrs.get(name));
            }
        }

        @SuppressWarnings("InfiniteRecursion")
        private Optional<byte[]> deeper(String name) {
            Optional<byte[]> value = deeper(name + "x");
            return value.isEmpty() ? value : Optional.of(value.get().clone());
        }

        @Override
        public List<String> xattrNames() {
            synchronized (MemoryFileSystem.this) {
                return List.copyOf(xattrs.keySet());
            }
        }

        @Override
        public void setXattr(String name, byte[] value, int flags, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                if (flags == 1 && xattrs.containsKey(name)) {
                    throw new Errno(Errno.EEXIST);
                }
                if (flags == 2 && !xattrs.containsKey(name)) {
                    throw new Errno(Errno.ENODATA);
                }
                xattrs.put(name, value);
                ctime = FileTime.now();
            }
        }

        @Override
        public void removeXattr(String name, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                if (xattrs.remove(name) == null) {
                    throw new Errno(Errno.ENODATA);
                }
            }
        }

        @Override
        public void chmod(int permissions, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                mode = (mode & Attributes.TYPE_MASK) | permissions;
                ctime = FileTime.now();
            }
        }

        @Override
        public void chown(Optional<Integer> newUid, Optional<Integer> newGid, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                uid = newUid.orElse(uid);
                gid = newGid.orElse(gid);
                ctime = FileTime.now();
            }
        }

        @Override
        public void setTimes(
                Optional<FileTime> newAtime, Optional<FileTime> newMtime, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                atime = newAtime.orElse(atime);
                mtime = newMtime.orElse(mtime);
                ctime = FileTime.now();
            }
        }
    }

    private final class Content extends Item {
        private final Map<Long, byte[]> pages = new HashMap<>();

        Content(int mode, Caller caller) {
            super(Attributes.REGULAR | mode, caller, new byte[0], 0);
        }

        @Override
        public OpenFile open(int flags) {
            if ((flags & 01000) != 0) {
                truncate(0, new Caller(0, 0, 0));
            }
            return new Open(this);
        }

        @Override
        public void truncate(long bytes, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                if (bytes < size) {
                    zero(bytes, size);
                }
                size = bytes;
                mtime = FileTime.now();
            }
        }

        void zero(long from, long to) {
            long at = from;
            while (at < to) {
                long page = at / PAGE_BYTES;
                long end = Math.min(to, (page + 1) * PAGE_BYTES);
                byte[] bytes = pages.get(page);
                if (bytes != null) {
                    java.util.Arrays.fill(
                            bytes,
                            (int) (at - page * PAGE_BYTES),
                            (int) (end - page * PAGE_BYTES),
                            (byte) 0);
                }
                at = end;
            }
        }

        void read(long offset, ByteBuffer into) {
            long at = offset;
            while (into.hasRemaining() && at < size) {
                int start = (int) (at % PAGE_BYTES);
                int count =
                        (int) Math.min(Math.min(into.remaining(), PAGE_BYTES - start), size - at);
                byte[] bytes = pages.get(at / PAGE_BYTES);
                if (bytes == null) {
                    bytes = new byte[PAGE_BYTES];
                }
                into.put(bytes, start, count);
                at += count;
            }
        }

        void write(long offset, ByteBuffer from) {
            long at = offset;
            while (from.hasRemaining()) {
                int start = (int) (at % PAGE_BYTES);
                int count = Math.min(from.remaining(), PAGE_BYTES - start);
                from.get(
                        pages.computeIfAbsent(at / PAGE_BYTES, p -> new byte[PAGE_BYTES]),
                        start,
                        count);
                at += count;
            }
            size = Math.max(size, at);
            mtime = FileTime.now();
            ctime = mtime;
        }
    }

    private final class Open implements OpenFile {
        private final Content content;

        Open(Content content) {
            this.content = content;
        }

        @Override
        public Node node() {
            return content;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            synchronized (MemoryFileSystem.this) {
                content.read(offset, target);
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            synchronized (MemoryFileSystem.this) {
                content.write(offset, source);
            }
        }

        @Override
        public void flush() {
            try {
                heldUp.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (errnoOfFlush != 0) {
                throw new Errno(errnoOfFlush);
            }
        }

        @Override
        public void allocate(int mode, long offset, long lengthBytes) {
            synchronized (MemoryFileSystem.this) {
                switch (mode) {
                    case 0 -> content.size = Math.max(content.size, offset + lengthBytes);
                    case 1 -> {}
                    case 3 -> content.zero(offset, Math.min(content.size, offset + lengthBytes));
                    default -> throw new Errno(Errno.EOPNOTSUPP);
                }
            }
        }

        @Override
        public void release() {}
    }

    private final class Folder extends Item implements Directory {
        private final Map<String, Long> cursors = new HashMap<>();
        private final TreeMap<Long, Map.Entry<String, Item>> children = new TreeMap<>();
        private long lastCursor;

        Folder(int mode, Caller caller) {
            super(Attributes.DIRECTORY | mode, caller, new byte[0], 0);
            links = 2;
        }

        private static String key(byte[] name) {
            return new String(name, StandardCharsets.ISO_8859_1);
        }

        int count() {
            return children.values().stream()
                    .mapToInt(e -> 1 + (e.getValue() instanceof Folder f ? f.count() : 0))
                    .sum();
        }

        private Item child(byte[] name) {
            Long cursor = cursors.get(key(name));
            if (cursor == null) {
                throw new Errno(Errno.ENOENT);
            }
            return children.get(cursor).getValue();
        }

        private <T extends Item> T put(byte[] name, T item) {
            String key = key(name);
            if (name.length > 255) {
                throw new Errno(Errno.ENAMETOOLONG);
            }
            if (cursors.containsKey(key)) {
                throw new Errno(Errno.EEXIST);
            }
            cursors.put(key, ++lastCursor);
            children.put(lastCursor, Map.entry(key, item));
            mtime = FileTime.now();
            return item;
        }

        private void drop(byte[] name) {
            Long cursor = cursors.remove(key(name));
            children.remove(cursor);
            mtime = FileTime.now();
        }

        @Override
        public Node lookup(byte[] name) {
            synchronized (MemoryFileSystem.this) {
                return child(name);
            }
        }

        @Override
        public void list(long cursor, EntrySink sink) {
            synchronized (MemoryFileSystem.this) {
                listings++;
                for (var e : new ArrayList<>(children.tailMap(cursor, false).entrySet())) {
                    Item item = e.getValue().getValue();
                    byte[] name = e.getValue().getKey().getBytes(StandardCharsets.ISO_8859_1);
                    if (!sink.accept(name, item.inode, item.mode, e.getKey())) {
                        return;
                    }
                }
            }
        }

        @Override
        public Created create(byte[] name, int mode, int flags, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                Content content = put(name, new Content(mode, caller));
                return new Created(content, new Open(content));
            }
        }

        @Override
        public Node makeNode(byte[] name, int mode, long device, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                return put(
                        name,
                        (mode & Attributes.TYPE_MASK) == Attributes.REGULAR
                                ? new Content(mode, caller)
                                : new Item(mode, caller, new byte[0], device));
            }
        }

        @Override
        public Directory makeDirectory(byte[] name, int mode, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                return put(name, new Folder(mode, caller));
            }
        }

        @Override
        public Node makeSymlink(byte[] name, byte[] target, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                return put(name, new Item(Attributes.SYMLINK | 0777, caller, target, 0));
            }
        }

        @Override
        public void link(byte[] name, Node target, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                put(name, (Item) target).links++;
            }
        }

        @Override
        public void unlink(byte[] name, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                Item item = child(name);
                if (item instanceof Folder) {
                    throw new Errno(Errno.EISDIR);
                }
                drop(name);
                item.links--;
                item.ctime = FileTime.now();
            }
        }

        @Override
        public void removeDirectory(byte[] name, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                if (!(child(name) instanceof Folder folder)) {
                    throw new Errno(Errno.ENOTDIR);
                }
                if (!folder.children.isEmpty()) {
                    throw new Errno(Errno.ENOTEMPTY);
                }
                drop(name);
                folder.links = 0;
            }
        }

        @Override
        public void rename(byte[] name, Directory newParent, byte[] newName, Caller caller) {
            synchronized (MemoryFileSystem.this) {
                Item item = child(name);
                Folder target = (Folder) newParent;
                if (target.cursors.containsKey(key(newName))) {
                    Item old = target.child(newName);
                    if (old == item) {
                        return;
                    }
                    if (old instanceof Folder) {
                        target.removeDirectory(newName, caller);
                    } else {
                        target.unlink(newName, caller);
                    }
                }
                drop(name);
                target.put(newName, item);
            }
        }
    }
}
