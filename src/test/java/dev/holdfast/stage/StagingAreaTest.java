package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingAreaTest {
    @TempDir Path directory;

    private StagingArea create() {
        return StagingArea.create(directory, Areas.WRAP, Areas.QUIET, Optional.empty());
    }

    private StagingArea open(KeyWrap wrap) {
        return StagingArea.open(
                directory,
                wrap,
                Areas.QUIET,
                descriptor -> {
                    throw new AssertionError("there is no base");
                });
    }

    @Test
    void anAreaIsMadeOnceAndOpenOnce() {
        assertThatThrownBy(() -> open(Areas.WRAP)).isInstanceOf(NotFound.class);
        StagingArea area = create();
        assertThatThrownBy(() -> open(Areas.WRAP)).isInstanceOf(Busy.class);
        area.close();
        area.close();
        assertThatThrownBy(this::create).isInstanceOf(Refused.class);
        open(Areas.WRAP).close();
    }

    @Test
    void anotherKeyOpensNothingAndTheAreaIsNotLockedByTheAttempt() {
        create().close();
        KeyWrap other =
                new KeyWrap() {
                    @Override
                    public byte[] wrap(byte[] secret) {
                        return secret;
                    }

                    @Override
                    public byte[] unwrap(byte[] sealed) {
                        throw new BadKey("sealed under another key");
                    }
                };
        assertThatThrownBy(() -> open(other)).isInstanceOf(BadKey.class);
        open(Areas.WRAP).close();
    }

    @Test
    void filesOfTheAreaAreForTheirOwnerOnly() throws IOException {
        create().close();
        for (String name : new String[] {"key", "tree", "area.json"}) {
            assertThat(
                            PosixFilePermissions.toString(
                                    java.nio.file.Files.getPosixFilePermissions(
                                            directory.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void withoutASyncTheLastIntervalIsLostAtMost() throws InterruptedException, IOException {
        MemoryDisk disk = new MemoryDisk();
        StagingArea area =
                StagingArea.create(
                        disk,
                        Areas.WRAP,
                        Areas.QUIET.withSyncInterval(Duration.ofMillis(20)),
                        Optional.empty());
        Areas.put(Areas.root(area), "a", bytes("content"));
        boolean found = false;
        for (int i = 0; i < 100 && !found; i++) {
            Thread.sleep(20);
            StagingArea after = Areas.open(disk.afterPowerCut(new Random(i)));
            found = Areas.list(Areas.root(after)).contains("a");
            after.abandon();
        }
        assertThat(found).isTrue();
        area.close();
    }

    @Test
    void sparseSegmentsAreCompactedButNotUnderAFrozenView() {
        MemoryDisk disk = new MemoryDisk();
        StagingArea area = Areas.create(disk);
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            byte[] content = new byte[20_000];
            random.nextBytes(content);
            Areas.put(Areas.root(area), "f" + i, content);
        }
        area.seal();
        Frozen view = area.freeze();
        for (int i = 0; i < 400; i++) {
            if (i % 8 != 0) {
                Areas.root(area).unlink(bytes("f" + i), ROOT);
            }
        }
        Map<String, String> expected = Areas.dump(area);
        area.seal();
        area.upkeep();
        area.seal();
        int before = disk.segments().size();
        assertThat(before).isGreaterThan(6);
        view.children(
                view.root(),
                (name, inode) -> assertThat(view.read(inode, 0, new byte[9], 0, 9)).isEqualTo(9));
        view.close();
        for (int i = 0; i < 3; i++) {
            area.upkeep();
            area.seal();
        }
        assertThat(disk.segments().size()).isLessThan(before / 2);
        assertThat(Areas.dump(area)).isEqualTo(expected);
        area.close();
        StagingArea again = Areas.open(disk);
        assertThat(Areas.dump(again)).isEqualTo(expected);
        again.close();
    }

    @Test
    void aRebaseOntoABaseThatCannotBeReadChangesNothing() {
        MemoryDisk disk = new MemoryDisk();
        MemoryBase base = new MemoryBase("first");
        base.addFile(base.addDirectory(base.rootRef(), "d"), "f", "content");
        StagingArea area = Areas.create(disk, Optional.of(base));
        Areas.put(Areas.root(area), "new", bytes("staged"));
        Frozen view = area.freeze();
        Placements placements = new Placements();
        MemoryBase next = MemoryBase.commit("second", view, base, placements);
        Map<String, String> expected = Areas.dump(area);
        Base broken =
                new Base() {
                    @Override
                    public byte[] descriptor() {
                        return next.descriptor();
                    }

                    @Override
                    public BaseEntry root() {
                        return next.root();
                    }

                    @Override
                    public void list(long ref, java.util.function.Consumer<BaseEntry> sink) {
                        throw new Damaged("cannot be read");
                    }

                    @Override
                    public OptionalInt countDirectories(long ref) {
                        throw new Damaged("cannot be read");
                    }

                    @Override
                    public void read(long at, byte[] target, int offset, int length) {
                        throw new Damaged("cannot be read");
                    }

                    @Override
                    public void close() {}
                };
        assertThatThrownBy(() -> area.rebase(view, broken, placements)).isInstanceOf(Damaged.class);
        view.close();
        assertThat(Areas.dump(area)).isEqualTo(expected);
        assertThat(area.usage().base()).isEqualTo(bytes("first"));
        area.seal();
        assertThat(area.usage().changedBytes()).isEqualTo(6);
        area.close();
    }
}
