package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.os.Kernel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each request of the kernel means for a {@link FileSystem}. Answered here rather than by
 * libfuse 2, which names files by their whole path, tells hard links apart, moves 128 KiB at a
 * time, has no answer that lists a directory with its attributes, and costs two passages between C
 * and Java per request.
 *
 * <p>Not answered ({@code ENOSYS}), so that the kernel decides by itself: access, locks, bmap,
 * poll, ioctl.
 */
final class Requests {
    private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

    private static final int O_EXCL = 0200;
    private static final int O_CREAT = 0100;
    private static final int RENAME_NOREPLACE = 1;

    /** Different failures that are logged, so that a broken file system does not fill a disk. */
    private static final int LOGGED_KINDS = 100;

    private static final String LABEL = "security.selinux";
    private static final boolean SELINUX = Kernel.hasSelinux();

    private final FileSystem fileSystem;
    private final MountOptions options;
    private final NodeTable nodes;
    private final FileRequests files = new FileRequests();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final long attributeMillis;
    private final long nameMillis;

    Requests(FileSystem fileSystem, MountOptions options) {
        this(fileSystem, options, NodeTable.USUAL_LIMIT);
    }

    Requests(FileSystem fileSystem, MountOptions options, int nodeLimit) {
        this.fileSystem = fileSystem;
        this.options = options;
        this.nodes = new NodeTable(fileSystem, nodeLimit);
        this.attributeMillis = options.attributeTimeout().toMillis();
        this.nameMillis = options.entryTimeout().toMillis();
    }

    /** What the kernel knows. */
    NodeTable nodes() {
        return nodes;
    }

    /** Answers a request. Whatever goes wrong becomes an error number: nothing is ever thrown. */
    void answer(Request request, Reply reply) {
        int operation = 0;
        try {
            operation = request.operation();
            dispatch(operation, request, reply);
        } catch (Errno e) {
            reply.fail(e.number());
        } catch (Throwable e) { // also a full stack or heap: the mount must live on
            reply.fail(Errno.EIO);
            log(operation, e);
        }
    }

    /** Without the message: it may hold a file's name, and logs are kept in plain text. */
    private void log(int operation, Throwable failure) {
        try {
            String kind = "FUSE operation " + operation + ": " + failure.getClass().getName();
            if (logged.size() < LOGGED_KINDS && logged.add(kind)) {
                LOG.error("{} (logged once)", kind);
                LOG.debug("{}", kind, failure);
            }
        } catch (Throwable ignored) {
            // Out of memory or stack: the answer matters more than the log.
        }
    }

    private void dispatch(int operation, Request request, Reply reply) {
        switch (operation) {
            case Operation.LOOKUP -> lookup(request, reply);
            case Operation.FORGET -> {
                reply.omit();
                nodes.forget(request.node(), request.u64(0));
            }
            case Operation.BATCH_FORGET -> {
                reply.omit();
                forgetMany(request);
            }
            case Operation.GETATTR -> attributes(nodes.node(request.node()), reply);
            case Operation.SETATTR -> {
                Node node = nodes.node(request.node());
                new AttributeChange(request).applyTo(node);
                attributes(node, reply);
            }
            case Operation.READLINK -> bytes(nodes.node(request.node()).readLink(), reply);
            case Operation.SYMLINK -> symlink(request, reply);
            case Operation.MKNOD -> makeNode(request, reply);
            case Operation.MKDIR -> makeDirectory(request, reply);
            case Operation.UNLINK -> {
                directory(request).unlink(request.name(0), request.caller());
                reply.succeed(0);
            }
            case Operation.RMDIR -> {
                directory(request).removeDirectory(request.name(0), request.caller());
                reply.succeed(0);
            }
            case Operation.RENAME -> rename(request, 8, reply);
            case Operation.RENAME2 -> rename2(request, reply);
            case Operation.LINK -> link(request, reply);
            case Operation.OPEN -> {
                Node node = nodes.node(request.node());
                files.open(node, request.u32(0), request.u32(4), reply.body(0));
                reply.succeed(KernelStructs.OPEN_OUT_BYTES);
            }
            case Operation.CREATE -> create(request, reply);
            case Operation.READ -> files.read(request, reply);
            case Operation.WRITE -> files.write(request, reply);
            case Operation.FLUSH -> {
                files.flush(request);
                reply.succeed(0);
            }
            case Operation.FSYNC -> {
                files.sync(request);
                reply.succeed(0);
            }
            case Operation.FALLOCATE -> {
                files.allocate(request);
                reply.succeed(0);
            }
            case Operation.RELEASE -> {
                files.release(request.u64(0));
                reply.succeed(0);
            }
            case Operation.STATFS -> {
                KernelStructs.sizes(reply.body(0), fileSystem.statFs());
                reply.succeed(KernelStructs.STATFS_BYTES);
            }
            case Operation.SETXATTR -> setXattr(request, reply);
            case Operation.GETXATTR -> getXattr(request, reply);
            case Operation.LISTXATTR -> listXattrs(request, reply);
            case Operation.REMOVEXATTR -> {
                nodes.node(request.node()).removeXattr(xattrName(request, 0), request.caller());
                reply.succeed(0);
            }
            case Operation.OPENDIR -> {
                directory(request);
                KernelStructs.open(reply.body(0), 0, 0);
                reply.succeed(KernelStructs.OPEN_OUT_BYTES);
            }
            case Operation.READDIR -> list(request, reply, false);
            case Operation.READDIRPLUS -> list(request, reply, true);
            case Operation.RELEASEDIR, Operation.DESTROY -> reply.succeed(0);
            case Operation.FSYNCDIR -> {
                directory(request).sync();
                reply.succeed(0);
            }
            case Operation.INIT -> Greeting.answer(request, reply, options);
            case Operation.INTERRUPT -> reply.omit();
            default -> throw new Errno(Errno.ENOSYS);
        }
    }

    private Directory directory(Request request) {
        return nodes.directory(request.node());
    }

    private void lookup(Request request, Reply reply) {
        Directory directory = directory(request);
        Node node;
        try {
            node = directory.lookup(request.name(0));
        } catch (Errno e) {
            if (e.number() != Errno.ENOENT) {
                throw e;
            }
            KernelStructs.noEntry(reply.body(0), nameMillis(directory));
            reply.succeed(KernelStructs.ENTRY_OUT_BYTES);
            return;
        }
        entry(directory, node, reply);
    }

    private void forgetMany(Request request) {
        int count = request.u32(0);
        request.at(8, 16L * count);
        for (int i = 0; i < count; i++) {
            nodes.forget(request.u64(8 + 16 * i), request.u64(16 + 16 * i));
        }
    }

    /** Tells of a node under a name of a directory. */
    private void entry(Directory directory, Node node, Reply reply) {
        entry(reply.body(0), directory, node);
        reply.succeed(KernelStructs.ENTRY_OUT_BYTES);
    }

    private void entry(long at, Directory directory, Node node) {
        long valid = nameMillis(directory);
        Attributes attributes = node.attributes();
        KernelStructs.entry(
                at,
                nodes.told(node, attributes.inode()),
                attributes,
                valid,
                Math.min(valid, validMillis(node)));
    }

    private void attributes(Node node, Reply reply) {
        KernelStructs.attributes(reply.body(0), node.attributes(), validMillis(node));
        reply.succeed(KernelStructs.ATTR_OUT_BYTES);
    }

    /** For how long it is believed what a name of a directory means, or that it is free. */
    private long nameMillis(Directory directory) {
        return Math.min(nameMillis, directory.validMillis());
    }

    /**
     * For how long attributes are believed; a directory that changes by itself has its own word.
     */
    private long validMillis(Node node) {
        return node instanceof Directory directory
                ? Math.min(attributeMillis, directory.validMillis())
                : attributeMillis;
    }

    private void symlink(Request request, Reply reply) {
        byte[] name = request.name(0);
        byte[] target = request.string(name.length + 1);
        Directory directory = directory(request);
        Node node = directory.makeSymlink(name, target, request.caller());
        entry(directory, node, reply);
    }

    /** {@code fuse_mknod_in}: u32 mode, u32 device, u32 umask, u32. */
    private void makeNode(Request request, Reply reply) {
        Directory directory = directory(request);
        Node node =
                directory.makeNode(
                        request.name(16),
                        request.u32(0),
                        Integer.toUnsignedLong(request.u32(4)),
                        request.caller(request.u32(8)));
        entry(directory, node, reply);
    }

    /** {@code fuse_mkdir_in}: u32 mode, u32 umask. */
    private void makeDirectory(Request request, Reply reply) {
        Directory directory = directory(request);
        Node node =
                directory.makeDirectory(
                        request.name(8),
                        request.u32(0) & Attributes.PERMISSIONS,
                        request.caller(request.u32(4)));
        entry(directory, node, reply);
    }

    /** {@code fuse_rename_in}: u64 new directory (and more); both names follow. */
    private void rename(Request request, int names, Reply reply) {
        byte[] from = request.name(names);
        byte[] to = request.name(names + from.length + 1);
        Directory target = nodes.directory(request.u64(0));
        directory(request).rename(from, target, to, request.caller());
        reply.succeed(0);
    }

    /** {@code fuse_rename2_in}: u64 new directory, u32 flags, u32. */
    private void rename2(Request request, Reply reply) {
        int flags = request.u32(8);
        if (flags == RENAME_NOREPLACE) {
            byte[] to = request.name(16 + request.name(16).length + 1);
            try {
                nodes.directory(request.u64(0)).lookup(to);
                throw new Errno(Errno.EEXIST);
            } catch (Errno e) {
                // The kernel holds both directories: what is free stays free until it is taken.
                if (e.number() != Errno.ENOENT) {
                    throw e;
                }
            }
        } else if (flags != 0) {
            throw new Errno(Errno.EINVAL);
        }
        rename(request, 16, reply);
    }

    /** {@code fuse_link_in}: u64 existing node; the name follows. */
    private void link(Request request, Reply reply) {
        Node target = nodes.node(request.u64(0));
        Directory directory = directory(request);
        directory.link(request.name(8), target, request.caller());
        entry(directory, target, reply);
    }

    /** {@code fuse_create_in}: u32 flags, u32 mode, u32 umask, u32 open flags. */
    private void create(Request request, Reply reply) {
        Directory directory = directory(request);
        byte[] name = request.name(16);
        int flags = request.u32(0);
        Node node;
        OpenFile file;
        try {
            Directory.Created created =
                    directory.create(
                            name,
                            request.u32(4) & Attributes.PERMISSIONS,
                            FileRequests.opening(flags),
                            request.caller(request.u32(8)));
            node = created.node();
            file = created.file();
        } catch (Errno e) {
            // Two processes may have found the name free; O_CREAT alone means "or open it".
            if (e.number() != Errno.EEXIST || (flags & O_EXCL) != 0) {
                throw e;
            }
            node = directory.lookup(name);
            file = node.open(FileRequests.opening(flags & ~O_CREAT));
        }
        boolean complete = false;
        try {
            entry(reply.body(0), directory, node);
            files.opened(file, flags, reply.body(KernelStructs.ENTRY_OUT_BYTES));
            reply.succeed(KernelStructs.ENTRY_OUT_BYTES + KernelStructs.OPEN_OUT_BYTES);
            complete = true;
        } finally {
            if (!complete) {
                file.release();
            }
        }
    }

    private void list(Request request, Reply reply, boolean withNodes) {
        Directory directory = directory(request);
        Listing listing = new Listing(reply, request.u32(16), withNodes);
        listing.fill(directory, request.node() == NodeTable.ROOT, request.u64(8));
        for (Listing.Named entry : listing.named()) {
            try {
                entry(reply.body(entry.offset()), directory, directory.lookup(entry.name()));
            } catch (Errno e) {
                // Gone meanwhile, or damaged: without a node; who looks it up gets the reason.
                MEMORY.setMemory(
                        reply.body(entry.offset()), KernelStructs.ENTRY_OUT_BYTES, (byte) 0);
            }
        }
        reply.succeed(listing.length());
    }

    /** {@code fuse_setxattr_in}: u32 size, u32 flags; name and value follow. */
    private void setXattr(Request request, Reply reply) {
        byte[] raw = request.string(8);
        int size = request.u32(0);
        byte[] value = NativeMemory.bytes(request.at(8 + raw.length + 1, size), size);
        nodes.node(request.node())
                .setXattr(new String(raw, UTF_8), value, request.u32(4), request.caller());
        reply.succeed(0);
    }

    /** {@code fuse_getxattr_in}: u32 size, u32; the name follows. */
    private void getXattr(Request request, Reply reply) {
        String name = xattrName(request, 8);
        Optional<byte[]> value = nodes.node(request.node()).xattr(name);
        sized(value.orElseThrow(() -> absent(name)), request.u32(0), reply);
    }

    /**
     * {@code ls -l} asks for the label of every file, until it hears that there are no labels.
     * Where the kernel does not use them, that is near enough to the truth, and half of its
     * questions.
     */
    private static Errno absent(String name) {
        return new Errno(!SELINUX && name.equals(LABEL) ? Errno.EOPNOTSUPP : Errno.ENODATA);
    }

    private void listXattrs(Request request, Reply reply) {
        StringBuilder list = new StringBuilder();
        for (String name : nodes.node(request.node()).xattrNames()) {
            list.append(name).append('\0');
        }
        sized(list.toString().getBytes(UTF_8), request.u32(0), reply);
    }

    private static String xattrName(Request request, int offset) {
        return new String(request.string(offset), UTF_8);
    }

    /** Size 0 asks how long the value is. */
    private static void sized(byte[] value, int size, Reply reply) {
        if (size == 0) {
            MEMORY.putInt(reply.body(0), value.length);
            MEMORY.putInt(reply.body(4), 0);
            reply.succeed(8);
        } else if (value.length > Integer.toUnsignedLong(size)) {
            throw new Errno(Errno.ERANGE);
        } else {
            bytes(value, reply);
        }
    }

    private static void bytes(byte[] value, Reply reply) {
        if (value.length > Reply.MAX_BYTES) {
            throw new Errno(Errno.EIO);
        }
        MEMORY.putByteArray(reply.body(0), value, 0, value.length);
        reply.succeed(value.length);
    }

    /**
     * Takes back what a reply gave: whoever asked was interrupted and is gone. Nothing is ever
     * thrown.
     */
    void takeBack(Request request, Reply reply) {
        try {
            if (reply.succeeded()) {
                takeBackGiven(request, reply);
            }
        } catch (Throwable e) { // the mount must live on
            log(request.operation(), e);
        }
    }

    private void takeBackGiven(Request request, Reply reply) {
        switch (request.operation()) {
            case Operation.LOOKUP,
                    Operation.SYMLINK,
                    Operation.MKNOD,
                    Operation.MKDIR,
                    Operation.LINK ->
                    forget(MEMORY.getLong(reply.body(0)));
            case Operation.OPEN -> files.release(MEMORY.getLong(reply.body(0)));
            case Operation.CREATE -> {
                files.release(MEMORY.getLong(reply.body(KernelStructs.ENTRY_OUT_BYTES)));
                forget(MEMORY.getLong(reply.body(0)));
            }
            case Operation.READDIRPLUS -> Listing.forEachNode(reply, this::forget);
            default -> {}
        }
    }

    private void forget(long node) {
        nodes.forget(node, 1);
    }

    /** Releases what the kernel left open, as when a connection is cut. */
    void releaseAll() {
        files.releaseAll();
    }
}
