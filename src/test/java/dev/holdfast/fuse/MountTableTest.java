package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MountTableTest {
    private static final String TEXT =
            """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 22 0:40 / /mnt/my\\040backups rw,nosuid shared:2 master:3 - fuse.holdfast pbs rw
            37 36 0:41 / /mnt/my\\040backups/in rw - tmpfs none rw
            38 22 0:42 / /mnt/my\\040backups rw - ext4 /dev/sdb rw
            """;

    private final MountTable table = MountTable.parse(TEXT);

    @Test
    void theUppermostMountOfAPathIsFound() {
        assertThat(table.at("/mnt/my backups".getBytes(UTF_8)))
                .hasValue(new MountTable.Entry("0:42", "/mnt/my backups", "ext4"));
        assertThat(table.at("/mnt".getBytes(UTF_8))).isEmpty();
    }

    @Test
    void mountsBelowAreFoundAndNeighboursAreNot() {
        assertThat(table.below("/mnt/my backups".getBytes(UTF_8)))
                .extracting(MountTable.Entry::mountPoint)
                .containsExactly("/mnt/my backups/in");
        assertThat(table.below("/mnt/my".getBytes(UTF_8))).isEmpty();
    }

    @Test
    void theRootOfThisMachineIsMounted() {
        assertThat(MountTable.read().at(new byte[] {'/'})).isPresent();
    }
}
