package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.SnapshotId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time formats, id maps, contained links, inode numbers. */
class NamesTest {
    private static final SnapshotId SNAPSHOT = SnapshotId.parse("host/web1/2026-11-24T08:05:09Z");

    @Test
    void snapshotsHaveTheirOwnNamesUnlessAPatternIsGiven() {
        assertThat(TimeNames.OWN.name(SNAPSHOT)).isEqualTo("2026-11-24T08:05:09Z");
        assertThat(TimeNames.ofPattern("yyyy-MM-dd_HH.mm.ss").name(SNAPSHOT))
                .isEqualTo("2026-11-24_08.05.09");
        assertThat(TimeNames.ofPattern("yyyyMMdd'T'HHmmss'Z'").name(SNAPSHOT))
                .isEqualTo("20261124T080509Z");
        assertThat(TimeNames.ofPattern("uuuu-DDD-HHmmss").name(SNAPSHOT))
                .isEqualTo("2026-328-080509");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yyyy-MM-dd",
                "yyyy-MM-dd_HH.mm",
                "yy-MM-dd_HH.mm.ss",
                "yyyy-MM-dd_hh.mm.ss",
                "MM-dd_HH.mm.ss",
                "yyyy/MM/dd_HH.mm.ss",
                "'latest'",
                "nonsense",
                "",
                "'.'yyyy-MM-dd_HH.mm.ss",
            })
    void patternsThatDoNotTellTimesApartAreRefused(String pattern) {
        assertThatThrownBy(() -> TimeNames.ofPattern(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(pattern);
    }

    @Test
    void idMapsChangeWhatTheyNameOnly() {
        IdMap map = IdMap.parse(List.of("100000:0", "4294967295:7"));
        assertThat(map.map(100000)).isZero();
        assertThat(map.map(-1)).isEqualTo(7);
        assertThat(map.map(5)).isEqualTo(5);
        for (String wrong : List.of("1", "1:2:3", "a:1", "-1:2", "")) {
            assertThatThrownBy(() -> IdMap.parse(List.of(wrong)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> IdMap.parse(List.of("1:2", "1:3")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/passwd, 0, etc/passwd",
        "/etc/passwd, 2, ../../etc/passwd",
        "/, 0, .",
        "/, 1, ..",
        "//a//./b/, 1, ../a/b",
        "/../../etc, 1, ../etc",
        "/a/../../etc, 1, ../etc",
        "a/b, 0, a/b",
        "../a, 1, ../a",
        "../../a, 1, ../a",
        "../../../etc/shadow, 2, ../../etc/shadow",
        "a/../../x, 0, x",
        "x/./../y, 0, x/./../y",
    })
    void linksThatLeaveTheArchiveAreBentIntoIt(String target, int depth, String expected) {
        assertThat(new String(ContainedLink.target(target.getBytes(UTF_8), depth), UTF_8))
                .isEqualTo(expected);
    }

    @Test
    void inodeNumbersDoNotCollideWithinAnArchive() {
        long salt = Inodes.ofPath("host/web1/2026-11-24T08:05:09Z/root.pxar");
        assertThat(
                        java.util.stream.LongStream.range(0, 100_000)
                                .map(offset -> Inodes.ofEntry(salt, 100 * offset))
                                .distinct()
                                .count())
                .isEqualTo(100_000);
        assertThat(Inodes.ofEntry(salt, 4242)).isEqualTo(Inodes.ofEntry(salt, 4242));
    }
}
