package dev.holdfast.stage;

import dev.holdfast.fuse.StatFs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A disk in memory that can lose power, fill up and fail. What was not synced is lost in part:
 * every 512-byte sector of an unsynced write by itself.
 */
final class MemoryDisk implements Disk {
    private static final int SECTOR = 512;

    private final Map<String, MemoryFile> files = new HashMap<>();
    private final Set<String> unsyncedNames = new HashSet<>();
    private long capacity = Long.MAX_VALUE;
    private boolean failing;
    private Runnable probe = () -> {};

    private record Write(long position, byte[] bytes) {}

    /** The disk after a power cut at this moment. */
    synchronized MemoryDisk afterPowerCut(Random random) {
        MemoryDisk after = new MemoryDisk();
        after.capacity = capacity;
        files.forEach(
                (name, file) -> {
                    if (!unsyncedNames.contains(name) || random.nextBoolean()) {
                        after.files.put(name, after.new MemoryFile(file.survivor(random)));
                    }
                });
        return after;
    }

    /** The disk as a killed process leaves it: everything written is there. */
    synchronized MemoryDisk afterKill() {
        MemoryDisk after = new MemoryDisk();
        after.capacity = capacity;
        files.forEach(
                (name, file) ->
                        after.files.put(
                                name, after.new MemoryFile(Arrays.copyOf(file.bytes, file.size))));
        return after;
    }

    synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    synchronized void setFailing(boolean failing) {
        this.failing = failing;
    }

    /** Called before each write and each sync, with the disk locked. */
    synchronized void setProbe(Runnable probe) {
        this.probe = probe;
    }

    synchronized long used() {
        return files.values().stream().mapToLong(file -> file.size).sum();
    }

    synchronized long unsyncedWrites() {
        return files.values().stream().mapToLong(file -> file.unsynced.size()).sum();
    }

    synchronized Map<String, byte[]> contents() {
        Map<String, byte[]> all = new HashMap<>();
        files.forEach((name, file) -> all.put(name, Arrays.copyOf(file.bytes, file.size)));
        return all;
    }

    synchronized void flipBit(String name, long position) {
        files.get(name).bytes[(int) position] ^= 1;
    }

    @Override
    public synchronized DiskFile open(String name) {
        return files.computeIfAbsent(
                name,
                n -> {
                    unsyncedNames.add(n);
                    return new MemoryFile(new byte[0]);
                });
    }

    @Override
    public synchronized boolean exists(String name) {
        return files.containsKey(name);
    }

    @Override
    public synchronized void delete(String name) {
        files.remove(name);
    }

    @Override
    public synchronized void syncDirectories() {
        unsyncedNames.clear();
    }

    @Override
    public synchronized List<String> segments() {
        return files.keySet().stream()
                .filter(name -> name.startsWith("spool/"))
                .map(name -> name.substring(6))
                .toList();
    }

    @Override
    public synchronized StatFs space() {
        long total = capacity == Long.MAX_VALUE ? 1L << 40 : capacity;
        return new StatFs(4096, total / 4096, (total - used()) / 4096, 1000, 1000, 255);
    }

    private final class MemoryFile implements DiskFile {
        private byte[] bytes;
        private int size;
        private byte[] durable;
        private final List<Write> unsynced = new ArrayList<>();

        MemoryFile(byte[] content) {
            this.bytes = content;
            this.size = content.length;
            this.durable = content.clone();
        }

        byte[] survivor(Random random) {
            byte[] result = durable.clone();
            for (Write write : unsynced) {
                if (write.bytes.length == 0) {
                    if (random.nextBoolean()) {
                        result = Arrays.copyOf(result, (int) write.position);
                    }
                    continue;
                }
                int fate = random.nextInt(3);
                for (long at = write.position; at < write.position + write.bytes.length; ) {
                    long next =
                            Math.min(
                                    (at / SECTOR + 1) * SECTOR,
                                    write.position + write.bytes.length);
                    if (fate == 0 || (fate == 1 && random.nextBoolean())) {
                        if (next > result.length) {
                            result = Arrays.copyOf(result, (int) next);
                        }
                        System.arraycopy(
                                write.bytes,
                                (int) (at - write.position),
                                result,
                                (int) at,
                                (int) (next - at));
                    }
                    at = next;
                }
            }
            return result;
        }

        @Override
        public void read(ByteBuffer target, long position) {
            synchronized (MemoryDisk.this) {
                int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
                target.put(bytes, (int) Math.min(position, size), count);
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (MemoryDisk.this) {
                probe.run();
                if (failing) {
                    throw new IOException("Input/output error");
                }
                int end = Math.toIntExact(position + source.remaining());
                if (used() + Math.max(0, end - size) > capacity) {
                    throw new IOException("No space left on device");
                }
                byte[] data = new byte[source.remaining()];
                source.get(data);
                if (end > bytes.length) {
                    bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
                }
                System.arraycopy(data, 0, bytes, (int) position, data.length);
                size = Math.max(size, end);
                unsynced.add(new Write(position, data));
            }
        }

        @Override
        public void punch(long position, long lengthBytes) throws IOException {
            write(ByteBuffer.allocate((int) lengthBytes), position);
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return size;
            }
        }

        @Override
        public void truncate(long sizeBytes) {
            synchronized (MemoryDisk.this) {
                if (sizeBytes < size) {
                    Arrays.fill(bytes, (int) sizeBytes, size, (byte) 0);
                    size = (int) sizeBytes;
                    unsynced.add(new Write(sizeBytes, new byte[0]));
                }
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (MemoryDisk.this) {
                probe.run();
                if (failing) {
                    throw new IOException("Input/output error");
                }
                durable = Arrays.copyOf(bytes, size);
                unsynced.clear();
            }
        }

        @Override
        public void close() {}
    }
}
