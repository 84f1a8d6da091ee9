package dev.holdfast.store.local;

import dev.holdfast.Busy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

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
    private int holders = 1;

    private ProcessLock(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** One holder's share; closing it twice does nothing. */
    static final class Shared implements AutoCloseable {
        private final ProcessLock owner;
        private boolean released;

        private Shared(ProcessLock owner) {
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
    static Shared shared(Path file) {
        synchronized (OPEN) {
            ProcessLock held = OPEN.get(file);
            if (held != null) {
                held.holders++;
                return new Shared(held);
            }
            try {
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
                if (lock == null) {
                    channel.close();
                    throw new Busy(
                            "a garbage collection runs on "
                                    + file.getParent()
                                    + "; try again when it is done");
                }
                ProcessLock taken = new ProcessLock(file, channel, lock);
                OPEN.put(file, taken);
                return new Shared(taken);
            } catch (IOException e) {
                throw StoreFiles.failed("lock", file, e);
            }
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
