package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StageFullDiskTest {
    private final MemoryDisk disk = new MemoryDisk();

    @Test
    void aWriteOrCloseSaysNoSpaceNothingAcceptedIsLostAndDeletingMakesRoom() {
        disk.setCapacity(12 << 20);
        StagingArea area = Areas.create(disk);
        Random random = new Random(1);
        Map<String, byte[]> accepted = new HashMap<>();
        int refused = 0;
        for (int i = 0; i < 200 && refused < 20; i++) {
            byte[] content = new byte[100_000];
            random.nextBytes(content);
            try {
                OpenFile file = Areas.create(Areas.root(area), "f" + i);
                file.write(0, ByteBuffer.wrap(content));
                try {
                    file.flush();
                    accepted.put("f" + i, content);
                } finally {
                    file.release();
                }
            } catch (Errno e) {
                assertThat(e.number()).isEqualTo(Errno.ENOSPC);
                refused++;
            }
            if (i % 10 == 0) {
                sealQuietly(area);
            }
        }
        assertThat(refused).isEqualTo(20);
        assertThat(accepted.size()).isGreaterThan(30);
        sealQuietly(area);
        accepted.forEach(
                (name, content) ->
                        assertThat(Areas.content(Areas.at(area, name))).isEqualTo(content));
        for (int i = 0; i < 50; i++) {
            if (accepted.remove("f" + i) != null) {
                Areas.root(area).unlink(bytes("f" + i), Areas.ROOT);
            }
        }
        sealQuietly(area);
        sealQuietly(area);
        assertThat(area.usage().isFull()).isFalse();
        byte[] content = new byte[200_000];
        Areas.put(Areas.root(area), "after", content);
        accepted.put("after", content);
        area.close();
        StagingArea again = Areas.open(disk);
        accepted.forEach(
                (name, expected) ->
                        assertThat(Areas.content(Areas.at(again, name))).isEqualTo(expected));
        again.close();
    }

    private static void sealQuietly(StagingArea area) {
        try {
            area.seal();
        } catch (Errno e) {
            assertThat(e.number()).isEqualTo(Errno.ENOSPC);
        }
    }

    @Test
    void filesThatAreClosedAndFoundNoRoomAreCountedUntilThereIsSome() {
        disk.setCapacity(64 << 20);
        StagingArea area = Areas.create(disk);
        area.seal();
        OpenFile file = Areas.create(Areas.root(area), "waiting");
        file.write(0, ByteBuffer.wrap(new byte[50_000]));
        disk.setCapacity(disk.used());
        assertThat(area.usage().unwrittenFiles()).isZero();
        assertThatThrownBy(file::flush).isInstanceOf(Errno.class);
        file.release();
        assertThat(area.usage().unwrittenFiles()).isEqualTo(1);
        disk.setCapacity(64 << 20);
        sealQuietly(area);
        sealQuietly(area);
        assertThat(area.usage().unwrittenFiles()).isZero();
        area.close();
    }

    @Test
    void aTreeThatFindsNoRoomRefusesGrowthAndStillDeletes() {
        disk.setCapacity(64 << 20);
        StagingArea area = Areas.create(disk);
        Areas.put(Areas.root(area), "big", new byte[4 << 20]);
        area.seal();
        for (int i = 0; i < 2000; i++) {
            Areas.root(area).makeNode(bytes("f" + i), 0100644, 0, Areas.ROOT);
        }
        // Somebody else fills the disk.
        disk.setCapacity(disk.used());
        area.seal();
        assertThat(area.usage().isFull()).isTrue();
        assertThatThrownBy(() -> Areas.create(Areas.root(area), "more"))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENOSPC));
        Areas.root(area).unlink(bytes("big"), Areas.ROOT);
        area.seal();
        assertThat(area.usage().isFull()).isFalse();
        Areas.put(Areas.root(area), "more", bytes("content"));
        area.close();
        StagingArea again = Areas.open(disk);
        assertThat(Areas.list(Areas.root(again))).hasSize(2001);
        again.close();
    }

    @Test
    void buffersThatWaitForRoomDoNotTakeTheReserveAndAFullAreaCanBeOpened() {
        disk.setCapacity(64 << 20);
        StagingArea area = Areas.create(disk);
        Areas.put(Areas.root(area), "big", new byte[4 << 20]);
        area.seal();
        for (int i = 0; i < 100; i++) {
            Areas.write(Areas.create(Areas.root(area), "f" + i), 0, "x".repeat(100_000));
        }
        disk.setCapacity(disk.used());
        for (int i = 0; i < 5; i++) {
            sealQuietly(area);
        }
        assertThat(area.usage().isFull()).isTrue();
        StagingArea again = Areas.open(disk.afterPowerCut(new Random(1)));
        assertThat(again.usage().isFull()).isTrue();
        Areas.root(again).unlink(bytes("big"), Areas.ROOT);
        again.seal();
        assertThat(again.usage().isFull()).isFalse();
        again.close();
        Areas.root(area).unlink(bytes("big"), Areas.ROOT);
        sealQuietly(area);
        assertThat(area.usage().isFull()).isFalse();
        area.abandon();
    }

    @Test
    void aFailingDiskIsReportedByEverySyncAndNothingIsLostWhenItRecovers() {
        StagingArea area = Areas.create(disk);
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "content");
        disk.setFailing(true);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> file.sync(false))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EIO));
        }
        disk.setFailing(false);
        file.sync(false);
        StagingArea after = Areas.open(disk.afterPowerCut(new Random(1)));
        assertThat(Areas.text(Areas.at(after, "a"))).isEqualTo("content");
        after.abandon();
        file.release();
        area.close();
    }
}
