package dev.holdfast.store.local;

import dev.holdfast.Busy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The lock between writers and garbage collection, {@code BASE/.lock} (datastore.md §7.1): a POSIX
 * record lock over the whole file, shared for writers. Such locks belong to the process and are
 * lost when <em>any</em> descriptor of the file is closed, so the file is opened once per process
 * and stays open while anybody holds the lock.
 */
final class ProcessLock {
    private static final Map<Path, ProcessLock> OPEN = new HashMap<>();

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final boolean exclusive;
    private int holders = 1;

    private ProcessLock(Path file, FileChannel channel, FileLock lock, boolean exclusive) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
        this.exclusive = exclusive;
    }

    /** One holder's share; closing it twice does nothing. */
    static final class Held implements AutoCloseable {
        private final ProcessLock owner;
        private boolean released;

        private Held(ProcessLock owner) {
            this.owner = owner;
        }

        @Override
        public void close() {
            synchronized (OPEN) {
                if (!released) {
                    released = true;
                    owner.release();
                }
            }
        }
    }

    /**
     * Takes the lock as a writer.
     *
     * @throws Busy while a garbage collection runs
     */
    static Held shared(Path file) {
        synchronized (OPEN) {
            ProcessLock held = OPEN.get(file);
            if (held == null) {
                return take(file, true).orElseThrow(() -> collecting(file));
            }
            if (held.exclusive) {
                throw collecting(file);
            }
            held.holders++;
            return new Held(held);
        }
    }

    private static Busy collecting(Path file) {
        return new Busy(
                "a garbage collection runs on " + file.getParent() + "; try again when it is done");
    }

    /**
     * Takes the lock for a garbage collection. A server lets the two coexist within one process;
     * here writers of this process count as any others do.
     *
     * @throws Busy while anybody writes, or collects garbage
     */
    static Held exclusive(Path file) {
        synchronized (OPEN) {
            return Optional.ofNullable(OPEN.get(file))
                    .map(held -> Optional.<Held>empty())
                    .orElseGet(() -> take(file, false))
                    .orElseThrow(
                            () ->
                                    new Busy(
                                            "a backup or another garbage collection runs on "
                                                    + file.getParent()
                                                    + "; try again when it is done"));
        }
    }

    private static Optional<Held> take(Path file, boolean shared) {
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            ProcessLock taken = new ProcessLock(file, channel, lock, !shared);
            OPEN.put(file, taken);
            return Optional.of(new Held(taken));
        } catch (IOException e) {
            throw StoreFiles.failed("lock", file, e);
        }
    }

    private void release() {
        if (--holders > 0) {
            return;
        }
        OPEN.remove(file);
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw StoreFiles.failed("unlock", file, e);
        }
    }
}
