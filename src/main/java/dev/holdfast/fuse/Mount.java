package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.Busy;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A file system that is attached to a mount point. Lives until it is detached, by {@link #detach}
 * or from outside ({@code umount}); then {@link FileSystem#close} is called, once. Installs neither
 * signal handlers nor shutdown hooks: a process that ends without detaching leaves a mount that
 * answers every access with "Transport endpoint is not connected", which is safe.
 *
 * <p>The process must not touch the mount itself: it would wait for its own answer. Safe for all
 * threads.
 */
public final class Mount {
    private static final long READY_SECONDS = 30;

    private final FuseLibrary library;
    private final FileSystem fileSystem;
    private final byte[] mountPoint;
    private final Requests requests;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** What libfuse mounted with; holds {@code /dev/fuse} open. */
    private long connection;

    private NodeLimit limit;
    private String device = "";

    private Mount(
            FuseLibrary library, FileSystem fileSystem, byte[] mountPoint, Requests requests) {
        this.library = library;
        this.fileSystem = fileSystem;
        this.mountPoint = mountPoint;
        this.requests = requests;
    }

    /**
     * Mounts and returns when the kernel has accepted the file system, that is when the next access
     * is answered.
     *
     * @throws HoldfastException with what stands in the way; the file system is then not closed,
     *     unless it was the kernel that did not accept the mount
     */
    public static Mount attach(FileSystem fileSystem, Path mountPoint, MountOptions options) {
        return attach(fileSystem, mountPoint, options, new Requests(fileSystem, options));
    }

    /** For tests, with requests of their own. */
    static Mount attach(
            FileSystem fileSystem, Path mountPoint, MountOptions options, Requests requests) {
        byte[] path = realPath(mountPoint);
        MountPointCheck.check(path, options);
        Mount mount = new Mount(FuseLibrary.load(), fileSystem, path, requests);
        Rehearsal.of(mount.requests);
        mount.start(options);
        mount.awaitReady();
        return mount;
    }

    /** The kernel's own name of it, as the mount table has it. */
    private static byte[] realPath(Path mountPoint) {
        Path absolute = mountPoint.toAbsolutePath().normalize();
        Path real = absolute;
        try {
            if (absolute.getParent() != null) { // the last step may be a mount that does not answer
                real = absolute.getParent().toRealPath().resolve(absolute.getFileName());
            }
            real = real.toRealPath();
        } catch (IOException e) {
            // Said better by the check that follows.
        }
        return real.toString().getBytes(Charset.forName(System.getProperty("sun.jnu.encoding")));
    }

    private void start(MountOptions options) {
        long memory = MEMORY.allocateMemory(4096 + mountPoint.length + 1, true);
        long path = memory + 4096;
        MEMORY.putZeroTerminatedByteArray(path, mountPoint, 0, mountPoint.length);
        // struct fuse_args: 0 int argc, 8 char** argv, 16 int allocated
        try {
            for (String argument : List.of("holdfast", "-o", options.argument())) {
                add(memory, argument.getBytes(UTF_8));
            }
            connection = library.mount.call(path, memory);
            if (connection == 0) {
                throw new Refused(
                        "The mount at "
                                + shown()
                                + " failed; the reason is in the line above from libfuse or"
                                + " fusermount.");
            }
            // What libfuse did not take out of its arguments it does not know.
            if (MEMORY.getInt(memory) > 1) {
                library.unmount.call(path, connection);
                throw new Refused("Unknown mount options: " + remaining(memory) + ".");
            }
        } finally {
            library.freeArguments.call(memory);
            MEMORY.freeMemory(memory);
        }
        Device open = new Device((int) library.channelDevice.call(connection));
        limit = new NodeLimit(requests.nodes(), open);
        limit.start();
        new RequestLoop(open, requests, ready::countDown, this::end).start();
    }

    private void add(long arguments, byte[] argument) {
        long copy = MEMORY.allocateMemory(argument.length + 1L, true);
        try {
            MEMORY.putZeroTerminatedByteArray(copy, argument, 0, argument.length);
            library.addArgument.call(arguments, copy);
        } finally {
            MEMORY.freeMemory(copy);
        }
    }

    private static String remaining(long arguments) {
        long last = MEMORY.getLong(arguments + 8) + 8L * (MEMORY.getInt(arguments) - 1);
        return OsError.printable(NativeMemory.string(MEMORY.getLong(last)));
    }

    private void awaitReady() {
        boolean isReady = false;
        try {
            isReady = ready.await(READY_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!isReady || ended.isDone()) {
            detachLazily();
            throw new HoldfastException("The kernel did not accept the mount at " + shown() + ".");
        }
        device = MountTable.read().at(mountPoint).map(MountTable.Entry::device).orElse("");
        if (!device.isEmpty()) {
            KernelReadAhead.widen(device);
        }
    }

    /** Runs in the last request thread, when the kernel has let go of the file system. */
    private void end() {
        try {
            limit.end();
            requests.releaseAll();
            // Closes the connection. No unmount: the mount is gone already, or broken and better
            // left so (it gives errors) than replaced by the empty directory below it.
            library.destroyChannel.call(connection);
        } finally {
            try {
                fileSystem.close();
                ended.complete(null);
            } catch (RuntimeException | Error e) {
                ended.completeExceptionally(e);
            }
        }
    }

    /** Where it is mounted. */
    public byte[] mountPoint() {
        return mountPoint.clone();
    }

    /** Whether it has ended. */
    public boolean isEnded() {
        return ended.isDone();
    }

    /**
     * Waits until the mount has ended and the file system is closed.
     *
     * @throws RuntimeException what {@link FileSystem#close} threw
     */
    public void awaitEnd() throws InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    /** As {@link #awaitEnd()}; false if the time has passed. */
    public boolean awaitEnd(long time, TimeUnit unit) throws InterruptedException {
        try {
            ended.get(time, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    private static RuntimeException rethrown(ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
            return cause;
        }
        if (e.getCause() instanceof Error cause) {
            throw cause;
        }
        return new IllegalStateException(e.getCause());
    }

    /**
     * Takes the mount away if nobody uses it; then {@link #awaitEnd} returns soon.
     *
     * @throws Busy naming who uses it; the mount goes on
     */
    public void detach() {
        if (ended.isDone()) {
            return;
        }
        try {
            unmount(false);
        } catch (Busy e) {
            throw new Busy(shown() + " is in use" + by() + ". The mount goes on.", e);
        } catch (Refused e) {
            if (!isGone()) {
                throw e;
            }
        }
    }

    /**
     * Takes the mount out of the tree at once. Who uses it may go on until done; what they then
     * write is still taken, so the mount ends only after the last of them.
     */
    public void detachLazily() {
        try {
            unmount(true);
        } catch (Refused e) {
            if (!isGone()) {
                throw e;
            }
        }
    }

    /** Whether it is no longer mounted there, however that came. */
    private boolean isGone() {
        return ended.isDone()
                || MountTable.read()
                        .at(mountPoint)
                        .filter(entry -> entry.device().equals(device))
                        .isEmpty();
    }

    private String by() {
        List<MountTable.Entry> below = MountTable.read().below(mountPoint);
        if (!below.isEmpty()) {
            return ": " + below.get(0).mountPoint() + " is mounted in it";
        }
        List<MountUsers.User> users = MountUsers.of(mountPoint, device);
        return users.isEmpty() ? "" : " by " + MountUsers.describe(users);
    }

    /** {@link Busy} while somebody uses the mount, {@link Refused} for other reasons. */
    private void unmount(boolean lazily) {
        if (Kernel.effectiveUser() != 0) {
            Fusermount.unmount(mountPoint, lazily);
            return;
        }
        try {
            if (lazily) {
                Kernel.unmountLazily(mountPoint);
            } else {
                Kernel.unmount(mountPoint);
            }
        } catch (OsError e) {
            throw e.errno() == OsError.EBUSY
                    ? new Busy(e.getMessage())
                    : new Refused("Cannot detach: " + e.getMessage());
        }
    }

    private String shown() {
        return OsError.printable(mountPoint);
    }
}
