package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Busy;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RebaseTest {
    private final MemoryDisk disk = new MemoryDisk();
    private final MemoryBase base = new MemoryBase("first");

    private StagingArea onBase() {
        long docs = base.addDirectory(base.rootRef(), "docs");
        long deep = base.addDirectory(docs, "deep");
        long other = base.addDirectory(base.rootRef(), "other");
        base.addFile(base.rootRef(), "top", "top of the base");
        base.addFile(docs, "a", "content of a");
        base.addFile(docs, "b", "content of b");
        base.addFile(deep, "c", "content of c");
        base.addFile(other, "o", "content of o");
        base.addLinked("shared by two", List.of(docs, other), List.of("one", "two"));
        return Areas.create(disk, Optional.of(base));
    }

    private static StagingArea reopen(Disk disk, Base base) {
        try {
            return StagingArea.open(
                    disk,
                    Areas.WRAP,
                    Areas.QUIET,
                    descriptor -> {
                        assertThat(descriptor).isEqualTo(base.descriptor());
                        return base;
                    });
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void readsOnlyTheDirectoriesThatAreTouched() {
        try (StagingArea area = onBase()) {
            assertThat(base.listed()).isEmpty();
            assertThat(Areas.text(Areas.at(area, "docs/a"))).isEqualTo("content of a");
            assertThat(base.listed()).hasSize(2);
            assertThat(Areas.list(Areas.root(area))).containsExactly("docs", "other", "top");
            assertThat(Areas.at(area, "top").xattr("user.from")).contains(bytes("base"));
            assertThat(Areas.dir(area, "docs").attributes().links()).isEqualTo(3);
        }
    }

    @Test
    void anUnreadDirectoryTellsItsLinksWithoutBringingItsEntriesIn() {
        try (StagingArea area = onBase()) {
            Directory docs = Areas.dir(area, "docs");
            assertThat(docs.attributes().links()).isEqualTo(3);
            assertThat(docs.attributes().mtime()).isEqualTo(docs.attributes().ctime());
            assertThat(area.files.get(docs.attributes().inode()).isUnread()).isTrue();
            assertThat(Areas.dir(area, "other").attributes().links()).isEqualTo(2);
        }
    }

    @Test
    void linksThatTakeLongToCountAreUnknownUntilTheDirectoryIsRead() {
        base.setLarge();
        try (StagingArea area = onBase()) {
            Directory docs = Areas.dir(area, "docs");
            assertThat(docs.attributes().links()).isEqualTo(1);
            assertThat(Areas.list(docs)).isNotEmpty();
            assertThat(docs.attributes().links()).isEqualTo(3);
        }
    }

    @Test
    void namesOfOneFileAreOneInodeHoweverTheyAreFound() {
        try (StagingArea area = onBase()) {
            OpenFile file = Areas.at(area, "docs/one").open(2);
            Areas.write(file, 0, "SHARED");
            file.release();
            assertThat(Areas.text(Areas.at(area, "other/two"))).isEqualTo("SHARED by two");
            assertThat(Areas.at(area, "other/two").attributes().inode())
                    .isEqualTo(Areas.at(area, "docs/one").attributes().inode());
            assertThat(Areas.at(area, "other/two").attributes().links()).isEqualTo(2);
        }
    }

    @Test
    void aFrozenViewDoesNotSeeLaterChanges() {
        try (StagingArea area = onBase()) {
            Areas.put(Areas.root(area), "new", bytes("before"));
            Frozen view = area.freeze();
            OpenFile file = Areas.at(area, "new").open(2);
            Areas.write(file, 0, "after!");
            file.release();
            Areas.root(area).unlink(bytes("top"), Areas.ROOT);
            Areas.put(Areas.root(area), "newer", bytes("x"));
            Areas.root(area)
                    .rename(bytes("other"), Areas.dir(area, "docs"), bytes("o"), Areas.ROOT);
            area.seal();
            area.upkeep();
            List<String> names = new ArrayList<>();
            view.children(
                    view.root(),
                    (name, inode) -> {
                        names.add(new String(name, StandardCharsets.UTF_8));
                        if (names.get(names.size() - 1).equals("new")) {
                            byte[] content = new byte[6];
                            view.read(inode, 0, content, 0, 6);
                            assertThat(content).isEqualTo(bytes("before"));
                        } else if (names.get(names.size() - 1).equals("top")) {
                            assertThat(view.wholeInBase(inode)).hasValue(0);
                        }
                    });
            assertThat(names).containsExactly("docs", "new", "other", "top");
            assertThatThrownBy(area::freeze).isInstanceOf(Busy.class);
            view.close();
            area.freeze().close();
        }
    }

    @Test
    void afterARebaseEverythingIsReadFromTheNewBaseAndTheSpoolIsEmpty() {
        StagingArea area = onBase();
        Areas.put(Areas.dir(area, "docs"), "new", bytes("staged content"));
        OpenFile a = Areas.at(area, "docs/a").open(2);
        Areas.write(a, 3, "TENT");
        a.release();
        Map<String, String> before = Areas.dump(area);
        Frozen view = area.freeze();
        Placements placements = new Placements();
        MemoryBase next = MemoryBase.commit("second", view, base, placements);
        area.rebase(view, next, placements);
        view.close();
        area.seal();
        base.setBroken(true);
        assertThat(Areas.dump(area)).isEqualTo(before);
        assertThat(area.usage().changedBytes()).isZero();
        assertThat(area.usage().base()).isEqualTo(bytes("second"));
        try (Frozen again = area.freeze()) {
            again.children(
                    ((StagedNode) Areas.at(area, "docs")).inode,
                    (name, inode) -> {
                        if (again.inode(inode).isRegular()) {
                            assertThat(again.wholeInBase(inode)).isPresent();
                        }
                    });
        }
        area.close();
        try (StagingArea reopened = reopen(disk, next)) {
            assertThat(Areas.dump(reopened)).isEqualTo(before);
        }
    }

    @Test
    void whatWasWrittenReadOrUnlinkedDuringACommitIsKeptApart() {
        StagingArea area = onBase();
        Areas.put(Areas.root(area), "new", bytes("0123456789"));
        OpenFile open = Areas.at(area, "top").open(2);
        OpenFile deleted = Areas.create(Areas.root(area), "gone");
        Areas.write(deleted, 0, "unlinked before");
        Areas.root(area).unlink(bytes("gone"), Areas.ROOT);
        Frozen view = area.freeze();
        Placements placements = new Placements();
        MemoryBase next = MemoryBase.commit("second", view, base, placements);
        // All of this belongs to the next commit.
        OpenFile file = Areas.at(area, "new").open(2);
        Areas.write(file, 4, "XX");
        Areas.write(open, 0, "TOP");
        assertThat(Areas.text(Areas.at(area, "docs/deep/c"))).isEqualTo("content of c");
        OpenFile c = Areas.at(area, "docs/deep/c").open(2);
        Areas.write(c, 0, "CONTENT");
        c.release();
        Areas.dir(area, "docs").rename(bytes("b"), Areas.root(area), bytes("b2"), Areas.ROOT);
        Areas.dir(area, "docs").unlink(bytes("a"), Areas.ROOT);
        Map<String, String> before = Areas.dump(area);

        area.rebase(view, next, placements);
        view.close();
        base.setBroken(true);
        assertThat(Areas.dump(area)).isEqualTo(before);
        assertThat(Areas.text(Areas.at(area, "new"))).isEqualTo("0123XX6789");
        assertThat(Areas.text(Areas.at(area, "b2"))).isEqualTo("content of b");
        assertThat(Areas.read(deleted, 0, 100)).isEqualTo(bytes("unlinked before"));
        assertThat(area.usage().changedBytes()).isEqualTo(2 + 3 + 7 + 15);
        area.seal();
        try (StagingArea reopened = reopen(disk.afterKill(), next)) {
            assertThat(Areas.dump(reopened)).isEqualTo(before);
        }
        area.close();
    }

    @Test
    void aFileOfTheBaseThatIsOpenAndUnlinkedStaysReadableOverARebase() {
        StagingArea area = onBase();
        OpenFile open = Areas.at(area, "top").open(0);
        Areas.root(area).unlink(bytes("top"), Areas.ROOT);
        Frozen view = area.freeze();
        Placements placements = new Placements();
        MemoryBase next = MemoryBase.commit("second", view, base, placements);
        area.rebase(view, next, placements);
        view.close();
        assertThat(Areas.read(open, 0, 100)).isEqualTo(bytes("top of the base"));
        area.close();
    }

    @Test
    void aFailedCommitChangesNothing() {
        StagingArea area = onBase();
        Areas.put(Areas.root(area), "new", bytes("content"));
        Map<String, String> before = Areas.dump(area);
        area.freeze().close();
        assertThat(Areas.dump(area)).isEqualTo(before);
        assertThat(area.usage().changedBytes()).isEqualTo(7);
        area.close();
    }

    @Test
    void aDamagedBaseCostsItsOwnFilesOnly() {
        try (StagingArea area = onBase()) {
            Areas.put(Areas.root(area), "new", bytes("content"));
            Areas.list(Areas.root(area));
            base.setBroken(true);
            assertThatThrownBy(() -> Areas.content(Areas.at(area, "top")))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EIO));
            assertThat(Areas.text(Areas.at(area, "new"))).isEqualTo("content");
        }
    }

    @Test
    void anUnreadDirectoryWithContentIsNotEmpty() {
        try (StagingArea area = onBase()) {
            assertThatThrownBy(() -> Areas.root(area).removeDirectory(bytes("other"), Areas.ROOT))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENOTEMPTY));
        }
    }

    @Test
    void placesOneHundredThousandFilesInABlink() {
        StagingArea area = Areas.create(disk);
        for (int i = 0; i < 100_000; i++) {
            Areas.put(Areas.root(area), "f" + i, bytes("content " + i));
        }
        Frozen view = area.freeze();
        Placements placements = new Placements();
        view.children(view.root(), (name, inode) -> placements.file(inode, inode * 20));
        area.longestPauseNanos();
        area.rebase(view, new MemoryBase("next"), placements);
        long pauseMillis = area.longestPauseNanos() / 1_000_000;
        System.out.println("rebase of 100,000 files: gate closed for " + pauseMillis + " ms");
        // Some hundred milliseconds on an idle machine.
        assertThat(pauseMillis).isLessThan(20_000);
        view.close();
        area.close();
    }

    private static MemoryBase commit(StagingArea area, String name, MemoryBase old) {
        try (Frozen view = area.freeze()) {
            Placements placements = new Placements();
            MemoryBase next = MemoryBase.commit(name, view, old, placements);
            area.rebase(view, next, placements);
            return next;
        }
    }

    @Test
    void aBaseIsClosedWhenTheNextTookItsPlaceUnlessADeletedFileIsStillOpen() {
        try (StagingArea area = onBase()) {
            OpenFile a = Areas.at(area, "docs/a").open(0);
            MemoryBase second = commit(area, "second", base);
            assertThat(base.isClosed()).isTrue();
            assertThat(Areas.text(Areas.at(area, "docs/a"))).isEqualTo("content of a");
            Areas.dir(area, "docs").unlink(bytes("a"), Areas.ROOT);
            MemoryBase third = commit(area, "third", second);
            assertThat(second.isClosed()).isFalse();
            java.nio.ByteBuffer content = java.nio.ByteBuffer.allocate(12);
            a.read(0, content);
            assertThat(content.array()).isEqualTo(bytes("content of a"));
            a.release();
            area.upkeep();
            assertThat(second.isClosed()).isTrue();
            assertThat(third.isClosed()).isFalse();
        }
    }

    private static final int MANY = 10_000;

    private long manyFiles() {
        long many = base.addDirectory(base.rootRef(), "many");
        for (int i = 0; i < MANY; i++) {
            base.addFile(many, "f" + i, "content " + i);
        }
        return many;
    }

    private static void assertWhole(StagingArea area) {
        assertThat(Areas.list(Areas.dir(area, "many"))).hasSize(MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(Areas.text(Areas.at(area, "many/f" + i))).isEqualTo("content " + i);
        }
    }

    @Test
    void aDirectoryThatIsJustBeingReadIsWholeAfterACommit() throws Exception {
        manyFiles();
        StagingArea area = Areas.create(disk, Optional.of(base));
        java.util.concurrent.CompletableFuture<MemoryBase> next =
                new java.util.concurrent.CompletableFuture<>();
        base.setWhileListing(
                count -> {
                    if (count == MANY / 2) {
                        base.setWhileListing(c -> {});
                        Thread committing =
                                new Thread(() -> next.complete(commit(area, "second", base)));
                        committing.start();
                        try {
                            committing.join(300);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                });
        Areas.list(Areas.dir(area, "many"));
        MemoryBase second = next.get();
        assertWhole(area);
        area.close();
        try (StagingArea reopened = reopen(disk, second)) {
            assertWhole(reopened);
        }
    }

    @Test
    void aDirectoryWhoseReadingWasCutOffIsReadAgainFromTheNewBase() {
        manyFiles();
        StagingArea area = Areas.create(disk, Optional.of(base));
        base.setWhileListing(
                count -> {
                    if (count == MANY / 2) {
                        throw new dev.holdfast.Damaged("cut off");
                    }
                });
        assertThatThrownBy(() -> Areas.list(Areas.dir(area, "many")))
                .isInstanceOf(dev.holdfast.HoldfastException.class);
        base.setWhileListing(count -> {});
        MemoryBase second = commit(area, "second", base);
        area.close();
        try (StagingArea reopened = reopen(disk, second)) {
            assertWhole(reopened);
        }
    }
}
