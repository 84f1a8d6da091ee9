package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StageStressTest {
    private static final int THREADS = 4;
    private static final int STEPS = 3000;

    /** Each thread works in its own directory and knows what must be in it. */
    @Test
    @Timeout(60)
    void threadsDoNotDisturbEachOtherNorTheSealerNorCommits() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        disk.setCapacity(1 << 30);
        StageOptions options = Areas.QUIET.withSyncInterval(Duration.ofMillis(2));
        StagingArea area =
                StagingArea.create(disk, Areas.WRAP, options, Optional.of(new MemoryBase("0")));
        for (int i = 0; i < THREADS; i++) {
            Areas.root(area).makeDirectory(bytes("t" + i), 0755, ROOT);
        }
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS + 1);
        List<Future<Map<String, byte[]>>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            workers.add(pool.submit(() -> work(area, number)));
        }
        Future<MemoryBase> committer = pool.submit(() -> commit(area, stop));
        List<Map<String, byte[]>> models = new ArrayList<>();
        for (Future<Map<String, byte[]>> worker : workers) {
            models.add(worker.get(50, TimeUnit.SECONDS));
        }
        stop.set(true);
        MemoryBase base = committer.get(20, TimeUnit.SECONDS);
        assertThat(base.descriptor()).isNotEqualTo(bytes("0"));
        pool.shutdown();
        compare(area, models);
        area.close();
        StagingArea again = StagingArea.open(disk, Areas.WRAP, options, descriptor -> base);
        compare(again, models);
        again.close();
    }

    private static Map<String, byte[]> work(StagingArea area, int number) {
        Random random = new Random(number);
        Map<String, byte[]> model = new TreeMap<>();
        Directory directory = Areas.dir(area, "t" + number);
        for (int step = 0; step < STEPS; step++) {
            String name = "f" + random.nextInt(20);
            byte[] known = model.get(name);
            if (known == null) {
                byte[] content = new byte[random.nextInt(20_000)];
                random.nextBytes(content);
                Areas.put(directory, name, content);
                model.put(name, content);
                continue;
            }
            switch (random.nextInt(6)) {
                case 0 -> {
                    directory.unlink(bytes(name), ROOT);
                    model.remove(name);
                }
                case 1 -> {
                    directory.rename(bytes(name), directory, bytes("f0"), ROOT);
                    model.remove(name);
                    model.put("f0", known);
                }
                case 2 -> {
                    OpenFile file = directory.lookup(bytes(name)).open(2);
                    byte[] data = new byte[1 + random.nextInt(5000)];
                    random.nextBytes(data);
                    int at = random.nextInt(20_000);
                    file.write(at, ByteBuffer.wrap(data));
                    byte[] now = Arrays.copyOf(known, Math.max(known.length, at + data.length));
                    System.arraycopy(data, 0, now, at, data.length);
                    model.put(name, now);
                    if (random.nextInt(10) == 0) {
                        file.sync(false);
                    }
                    file.release();
                }
                case 3 ->
                        directory
                                .lookup(bytes(name))
                                .setTimes(Optional.empty(), Optional.of(FileTime.now()), ROOT);
                default ->
                        assertThat(Areas.content(directory.lookup(bytes(name)))).isEqualTo(known);
            }
        }
        return model;
    }

    private static MemoryBase commit(StagingArea area, AtomicBoolean stop) {
        MemoryBase base = new MemoryBase("0");
        for (int i = 1; !stop.get(); i++) {
            try (Frozen view = area.freeze()) {
                Placements placements = new Placements();
                MemoryBase next = MemoryBase.commit("" + i, view, base, placements);
                area.rebase(view, next, placements);
                base = next;
            }
            area.upkeep();
        }
        return base;
    }

    private static void compare(StagingArea area, List<Map<String, byte[]>> models) {
        for (int i = 0; i < THREADS; i++) {
            Directory directory = Areas.dir(area, "t" + i);
            assertThat(Areas.list(directory))
                    .containsExactlyInAnyOrderElementsOf(models.get(i).keySet());
            models.get(i)
                    .forEach(
                            (name, content) ->
                                    assertThat(Areas.content(directory.lookup(bytes(name))))
                                            .isEqualTo(content));
        }
    }

    @Test
    void anIdleAreaWritesNothing() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        StagingArea area = Areas.create(disk);
        Areas.put(Areas.root(area), "a", bytes("content"));
        for (int i = 0; i < 5; i++) {
            area.seal();
        }
        int[] writes = {0};
        disk.setProbe(() -> writes[0]++);
        for (int i = 0; i < 20; i++) {
            area.seal();
        }
        assertThat(writes[0]).isZero();
        area.close();
    }

    @Test
    void theTreeDoesNotGrowWithoutEnd() {
        MemoryDisk disk = new MemoryDisk();
        disk.setCapacity(1 << 30);
        StagingArea area = Areas.create(disk);
        for (int i = 0; i < 5000; i++) {
            Areas.root(area).makeNode(bytes("f" + i), 0100644, 0, ROOT);
        }
        area.seal();
        Random random = new Random(1);
        long settled = 0;
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 20; i++) {
                Areas.at(area, "f" + random.nextInt(5000)).chmod(random.nextInt(512), ROOT);
            }
            area.seal();
            if (round % 8 == 0) {
                area.upkeep();
            }
            if (round == 100) {
                settled = area.usage().treeBytes();
            }
        }
        System.out.println("tree: " + settled + " then " + area.usage().treeBytes());
        assertThat(area.usage().treeBytes()).isLessThan(2 * settled + (4 << 20));
        area.close();
    }

    @Test
    void theTreeShrinksWhenItsFilesAreGone() {
        MemoryDisk disk = new MemoryDisk();
        StagingArea area = Areas.create(disk);
        for (int i = 0; i < 30_000; i++) {
            Areas.root(area).makeNode(bytes("f" + i), 0100644, 0, ROOT);
        }
        area.seal();
        long full = area.usage().treeBytes();
        for (int i = 0; i < 30_000; i++) {
            Areas.root(area).unlink(bytes("f" + i), ROOT);
        }
        for (int i = 0; i < 60; i++) {
            area.seal();
            area.upkeep();
        }
        assertThat(area.usage().treeBytes()).isLessThan(full / 2);
        assertThat(disk.contents().get("tree").length).isLessThan((int) full / 2);
        area.close();
    }
}
