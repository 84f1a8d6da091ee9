package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes of files in two directories, against byte arrays, over reopens and rebases. */
class StageModelTest {
    private static final int NAMES = 10;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void behavesLikeAMapOfByteArrays(long seed) throws java.io.IOException {
        Random random = new Random(seed);
        MemoryDisk disk = new MemoryDisk();
        MemoryBase[] base = {new MemoryBase("zero")};
        Map<String, byte[]> model = new TreeMap<>();
        for (String directory : new String[] {"a", "b"}) {
            long ref = base[0].addDirectory(base[0].rootRef(), directory);
            for (int i = 0; i < 4; i++) {
                base[0].addFile(ref, "f" + i, directory + " in the base " + i);
                model.put(directory + "/f" + i, bytes(directory + " in the base " + i));
            }
        }
        StagingArea area = Areas.create(disk, Optional.of(base[0]));
        Frozen view = null;
        Placements placements = new Placements();
        MemoryBase next = null;
        int rebases = 0;
        for (int step = 0; step < 1500; step++) {
            String directory = random.nextBoolean() ? "a" : "b";
            String name = "f" + random.nextInt(NAMES);
            String path = directory + "/" + name;
            switch (random.nextInt(12)) {
                case 0 -> {
                    if (!model.containsKey(path)) {
                        Areas.put(Areas.dir(area, directory), name, new byte[0]);
                        model.put(path, new byte[0]);
                    }
                }
                case 1 -> {
                    if (model.remove(path) != null) {
                        Areas.dir(area, directory).unlink(bytes(name), ROOT);
                    }
                }
                case 2 -> {
                    byte[] content = model.remove(path);
                    if (content != null) {
                        String other = random.nextBoolean() ? "a" : "b";
                        Areas.dir(area, directory)
                                .rename(bytes(name), Areas.dir(area, other), bytes("f1"), ROOT);
                        model.put(other + "/f1", content);
                    }
                }
                case 3, 4, 5, 6 -> {
                    if (model.containsKey(path)) {
                        byte[] data = new byte[1 + random.nextInt(random.nextInt(40_000) + 1)];
                        random.nextBytes(data);
                        int at = random.nextInt(60_000);
                        OpenFile file = Areas.at(area, path).open(2);
                        file.write(at, ByteBuffer.wrap(data));
                        file.release();
                        byte[] old = model.get(path);
                        byte[] now = Arrays.copyOf(old, Math.max(old.length, at + data.length));
                        System.arraycopy(data, 0, now, at, data.length);
                        model.put(path, now);
                    }
                }
                case 7 -> {
                    if (model.containsKey(path)) {
                        int size = random.nextInt(70_000);
                        Areas.at(area, path).truncate(size, ROOT);
                        model.put(path, Arrays.copyOf(model.get(path), size));
                    }
                }
                case 8 -> {
                    if (model.containsKey(path)) {
                        assertThat(Areas.content(Areas.at(area, path)))
                                .as("%s in step %d", path, step)
                                .isEqualTo(model.get(path));
                    }
                }
                case 9 -> {
                    area.seal();
                    area.upkeep();
                }
                case 10 -> {
                    if (random.nextInt(4) == 0 && view == null) {
                        area.close();
                        MemoryBase current = base[0];
                        area = StagingArea.open(disk, Areas.WRAP, Areas.QUIET, d -> current);
                        compare(area, model);
                    }
                }
                default -> {
                    if (view == null && random.nextInt(3) == 0) {
                        view = area.freeze();
                        placements = new Placements();
                        next = MemoryBase.commit("at " + step, view, base[0], placements);
                    } else if (view != null) {
                        if (random.nextInt(3) > 0) {
                            area.rebase(view, next, placements);
                            base[0].setBroken(true);
                            base[0] = next;
                            rebases++;
                        }
                        view.close();
                        view = null;
                    }
                }
            }
        }
        compare(area, model);
        if (view != null) {
            view.close();
        }
        area.close();
        assertThat(rebases).isPositive();
    }

    private static void compare(StagingArea area, Map<String, byte[]> model) {
        Map<String, byte[]> found = new TreeMap<>();
        for (String directory : new String[] {"a", "b"}) {
            for (String name : Areas.list(Areas.dir(area, directory))) {
                String path = directory + "/" + name;
                found.put(path, Areas.content(Areas.at(area, path)));
            }
        }
        assertThat(found.keySet()).isEqualTo(model.keySet());
        model.forEach((path, content) -> assertThat(found.get(path)).isEqualTo(content));
    }
}
