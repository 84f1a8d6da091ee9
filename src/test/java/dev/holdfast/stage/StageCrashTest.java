package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageCrashTest {
    private static final long CAPACITY = 64 << 20;

    /** A copy of the disk, and what it must contain at least and at most. */
    private record Crash(MemoryDisk disk, int atLeast, int atMost, boolean duringSeal) {}

    /** Random changes; every copy of the disk must open as one of the states in its window. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aCrashLeavesAStateThatExistedAndLosesNothingThatWasSynced(long seed) {
        Random random = new Random(seed);
        MemoryDisk disk = new MemoryDisk();
        disk.setCapacity(CAPACITY);
        StagingArea area = Areas.create(disk);
        List<Map<String, String>> states = new ArrayList<>();
        List<Crash> crashes = new ArrayList<>();
        states.add(Areas.dump(area));
        int[] synced = {0};
        boolean[] sealing = {false};
        disk.setProbe(
                () -> {
                    if (random.nextInt(sealing[0] ? 3 : 12) == 0) {
                        MemoryDisk copy =
                                random.nextInt(4) == 0
                                        ? disk.afterKill()
                                        : disk.afterPowerCut(random);
                        crashes.add(new Crash(copy, synced[0], states.size(), sealing[0]));
                    }
                });
        int checked = 0;
        int lossy = 0;
        int inSeal = 0;
        for (int step = 0; step < 250; step++) {
            try {
                change(area, random);
            } catch (Errno e) {
                assertThat(e.number()).isNotEqualTo(Errno.EIO);
            }
            states.add(Areas.dump(area));
            if (random.nextInt(6) == 0) {
                sealing[0] = true;
                area.seal();
                sealing[0] = false;
                synced[0] = states.size() - 1;
                if (random.nextInt(4) == 0) {
                    area.upkeep();
                }
            }
            for (Crash crash : crashes) {
                StagingArea after = Areas.open(crash.disk);
                Map<String, String> found = Areas.dump(after);
                after.abandon();
                int last = Math.min(crash.atMost, states.size() - 1);
                List<Map<String, String>> window = states.subList(crash.atLeast, last + 1);
                assertThat(window).as("step %d", step).contains(found);
                checked++;
                lossy += found.equals(states.get(last)) ? 0 : 1;
                inSeal += crash.duringSeal ? 1 : 0;
            }
            crashes.clear();
        }
        area.abandon();
        assertThat(checked).as("crashes").isGreaterThan(20);
        assertThat(lossy).as("crashes that lost something unsynced").isPositive();
        assertThat(inSeal).as("crashes during a seal").isPositive();
    }

    private static void change(StagingArea area, Random random) {
        List<String> paths = new ArrayList<>(Areas.dump(area).keySet());
        Directory parent = Areas.root(area);
        String path = paths.isEmpty() ? "" : paths.get(random.nextInt(paths.size()));
        Node node = Areas.at(area, path);
        if (node instanceof Directory directory) {
            parent = directory;
        }
        byte[] name = bytes("n" + random.nextInt(12));
        switch (random.nextInt(10)) {
            case 0 -> parent.makeDirectory(name, 0755, Areas.ROOT);
            case 1, 2 -> parent.create(name, 0644, 2, Areas.ROOT).file().release();
            case 3 -> parent.makeSymlink(name, bytes("target" + random.nextInt()), Areas.ROOT);
            case 4 -> {
                if (random.nextBoolean()) {
                    parent.unlink(name, Areas.ROOT);
                } else {
                    parent.removeDirectory(name, Areas.ROOT);
                }
            }
            case 5 ->
                    parent.rename(
                            name, Areas.root(area), bytes("n" + random.nextInt(12)), Areas.ROOT);
            case 6 -> node.setXattr("user.x", bytes("v" + random.nextInt()), 0, Areas.ROOT);
            default -> {
                if (node.attributes().type() == Attributes.REGULAR) {
                    OpenFile file = node.open(2);
                    byte[] data = new byte[1 + random.nextInt(random.nextInt(300_000) + 1)];
                    random.nextBytes(data);
                    if (random.nextInt(5) == 0) {
                        node.truncate(random.nextInt(100_000), Areas.ROOT);
                    } else {
                        file.write(random.nextInt(50_000), ByteBuffer.wrap(data));
                    }
                    file.release();
                } else {
                    node.chmod(random.nextInt(512), Areas.ROOT);
                }
            }
        }
    }

    /** Two files that are written one after the other, while a thread seals all the time. */
    @Test
    void whatDependsOnEachOtherIsNeverTornApart() throws InterruptedException, IOException {
        Random random = new Random(7);
        MemoryDisk disk = new MemoryDisk();
        disk.setCapacity(CAPACITY);
        StagingArea area =
                StagingArea.create(
                        disk,
                        Areas.WRAP,
                        Areas.QUIET.withSyncInterval(Duration.ofMillis(3)),
                        Optional.empty());
        OpenFile first = Areas.create(Areas.root(area), "first");
        OpenFile second = Areas.create(Areas.root(area), "second");
        AtomicLong synced = new AtomicLong();
        List<MemoryDisk> copies = new ArrayList<>();
        List<Long> promised = new ArrayList<>();
        AtomicBoolean enough = new AtomicBoolean();
        disk.setProbe(
                () -> {
                    if (random.nextInt(25) == 0 && copies.size() < 60) {
                        promised.add(synced.get());
                        copies.add(disk.afterPowerCut(random));
                        enough.set(copies.size() == 60);
                    }
                });
        for (long n = 1; !enough.get() && n < 2_000_000; n++) {
            ByteBuffer number = ByteBuffer.allocate(8).putLong(0, n);
            first.write(0, number.duplicate());
            second.write(0, number.duplicate());
            if (n % 5000 == 0) {
                area.seal();
                synced.set(n);
            }
        }
        disk.setProbe(() -> {});
        area.abandon();
        assertThat(copies).hasSize(60);
        long largest = 0;
        for (int i = 0; i < copies.size(); i++) {
            StagingArea after = Areas.open(copies.get(i));
            long a = number(after, "first");
            long b = number(after, "second");
            after.abandon();
            assertThat(a - b).isBetween(0L, 1L);
            assertThat(a).isGreaterThanOrEqualTo(promised.get(i));
            largest = Math.max(largest, a);
        }
        assertThat(largest).isPositive();
        assertThat(synced.get()).isPositive();
    }

    private static long number(StagingArea area, String name) {
        if (!Areas.list(Areas.root(area)).contains(name)) {
            return 0;
        }
        byte[] content = Areas.content(Areas.at(area, name));
        return content.length == 0 ? 0 : ByteBuffer.wrap(content).getLong();
    }

    @Test
    void aFlippedBitInTheSpoolCostsThatFileOnly() {
        MemoryDisk disk = new MemoryDisk();
        StagingArea area = Areas.create(disk);
        Areas.put(Areas.root(area), "a", new byte[5000]);
        Areas.put(Areas.root(area), "b", bytes("content of b"));
        area.close();
        disk.flipBit("spool/" + disk.segments().get(0), 100);
        StagingArea after = Areas.open(disk);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> Areas.content(Areas.at(after, "a")))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EIO));
        assertThat(Areas.text(Areas.at(after, "b"))).isEqualTo("content of b");
        after.close();
    }

    @Test
    void aFlippedBitInTheTreeIsNeverTakenForContent() {
        MemoryDisk disk = new MemoryDisk();
        disk.setCapacity(CAPACITY);
        StagingArea area = Areas.create(disk);
        for (int i = 0; i < 300; i++) {
            Areas.put(Areas.root(area), "file" + i, bytes("content " + i));
        }
        Map<String, String> expected = Areas.dump(area);
        area.seal();
        MemoryDisk stored = disk.afterKill();
        area.abandon();
        int noticed = 0;
        int size = stored.contents().get("tree").length;
        for (int position = 20_000; position < size; position += 4124) {
            MemoryDisk damaged = stored.afterKill();
            damaged.flipBit("tree", position);
            try {
                StagingArea after = Areas.open(damaged);
                try {
                    Map<String, String> found = Areas.dump(after);
                    // The newest write is cut as a torn one; what remains is an older state.
                    noticed += found.equals(expected) ? 0 : 1;
                    assertThat(expected.entrySet()).containsAll(found.entrySet());
                } finally {
                    after.abandon();
                }
            } catch (RuntimeException e) {
                noticed++;
            }
        }
        assertThat(noticed).isPositive();
    }
}
