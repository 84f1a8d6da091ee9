package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;
import ru.serce.jnrfuse.struct.FileStat;

class NativeStatTest {
    @Test
    void theFieldsAreWhereTheStructOfJnrFuseHasThem() {
        Pointer memory = Memory.allocateDirect(Runtime.getSystemRuntime(), NativeStat.BYTES);
        memory.setMemory(0, NativeStat.BYTES, (byte) 0x55);
        FileStat stat = FileStat.of(memory);

        NativeStat.write(
                memory.address(),
                new Attributes(
                        0x1234_5678_9ABC_DEF0L,
                        0104755,
                        3,
                        4_000_000,
                        5_000_000,
                        0x801,
                        1L << 40,
                        77,
                        new FileTime(-1, 999_999_999),
                        new FileTime(1L << 33, 2),
                        new FileTime(5, 6)));

        assertThat(stat.st_ino.longValue()).isEqualTo(0x1234_5678_9ABC_DEF0L);
        assertThat(stat.st_mode.longValue()).isEqualTo(0104755);
        assertThat(stat.st_nlink.longValue()).isEqualTo(3);
        assertThat(stat.st_uid.get()).isEqualTo(4_000_000);
        assertThat(stat.st_gid.get()).isEqualTo(5_000_000);
        assertThat(stat.st_rdev.get()).isEqualTo(0x801);
        assertThat(stat.st_size.longValue()).isEqualTo(1L << 40);
        assertThat(stat.st_blocks.longValue()).isEqualTo(77);
        assertThat(stat.st_atim.tv_sec.get()).isEqualTo(-1);
        assertThat(stat.st_atim.tv_nsec.longValue()).isEqualTo(999_999_999);
        assertThat(stat.st_mtim.tv_sec.get()).isEqualTo(1L << 33);
        assertThat(stat.st_mtim.tv_nsec.longValue()).isEqualTo(2);
        assertThat(stat.st_ctim.tv_sec.get()).isEqualTo(5);
        assertThat(stat.st_ctim.tv_nsec.longValue()).isEqualTo(6);
    }
}
