package dev.holdfast.os;

import static dev.holdfast.os.FileLock.Kind.EXCLUSIVE;
import static dev.holdfast.os.FileLock.Kind.SHARED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLockTest {
    @TempDir Path folder;

    private byte[] path() {
        return folder.resolve("lock").toString().getBytes(UTF_8);
    }

    private int flockCommand(String kind) throws Exception {
        return new ProcessBuilder("flock", "-n", kind, folder.resolve("lock").toString(), "true")
                .start()
                .waitFor();
    }

    @Test
    void anExclusiveLockKeepsOthersOutUntilItIsClosed() throws Exception {
        try (FileLock lock = FileLock.tryLock(path(), EXCLUSIVE).orElseThrow()) {
            assertThat(lock.descriptor().stat().sizeBytes()).isZero();
            assertThat(FileLock.tryLock(path(), SHARED)).isEmpty();
            assertThat(flockCommand("-s")).isEqualTo(1);
        }
        assertThat(flockCommand("-x")).isZero();
    }

    @Test
    void sharedLocksLiveTogetherAndBlockAnExclusiveOne() throws Exception {
        try (FileLock first = FileLock.tryLock(path(), SHARED).orElseThrow()) {
            try (FileLock second = FileLock.tryLockExisting(path(), SHARED).orElseThrow()) {
                assertThat(FileLock.tryLock(path(), EXCLUSIVE)).isEmpty();
                assertThat(second.convert(SHARED)).isTrue();
                assertThat(first.convert(EXCLUSIVE)).isFalse();
                assertThat(flockCommand("-s")).isZero();
            }
            assertThat(first.convert(EXCLUSIVE)).isTrue();
            assertThat(flockCommand("-s")).isEqualTo(1);
        }
    }

    @Test
    void aLockOnAFileThatLostItsNameDoesNotCount() {
        try (FileLock old = FileLock.tryLock(path(), EXCLUSIVE).orElseThrow()) {
            RawFiles.unlink(path());
            try (FileLock fresh = FileLock.tryLock(path(), EXCLUSIVE).orElseThrow()) {
                assertThat(fresh.descriptor().stat().inode())
                        .isNotEqualTo(old.descriptor().stat().inode());
            }
        }
    }
}
