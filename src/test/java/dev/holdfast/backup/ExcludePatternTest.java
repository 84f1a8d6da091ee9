package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.format.pxar.Stat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExcludePatternTest {
    @ParameterizedTest
    @CsvSource({
        "*.tmp, a.tmp, true",
        "*.tmp, dir/a.tmp, true",
        "*.tmp, a.tmp/b, false",
        "*.tmp, .tmp, true",
        "/a, a, true",
        "/a, b/a, false",
        "/a/*, a/b, true",
        "/a/*, a/b/c, false",
        "/a/**, a/b/c, true",
        "/a/**, a, false",
        "/a/**/d, a/d, true",
        "/a/**/d, a/b/c/d, true",
        "/a/**/d, a/b/c/e, false",
        "b/c, a/b/c, true",
        "b/c, a/xb/c, false",
        "b/../c/./d, x/c/d, true",
        "?, ab, false",
        "?b, ab, true",
        "[a-c]x, bx, true",
        "[a-c]x, dx, false",
        "[!a-c]x, dx, true",
        "[]]x, ]x, true",
        "[ax, '[ax', true",
        "\\*x, *x, true",
        "\\*x, ax, false",
        "a*b*c, aXbYbZc, true",
        "a*b*c, aXbYbZ, false",
        "*, anything, true",
        "**, x/y, true",
    })
    void matches(String pattern, String path, boolean expected) {
        assertThat(ExcludePattern.parse(pattern).matches(names(path), 0, Stat.REGULAR))
                .isEqualTo(expected);
    }

    private static List<byte[]> names(String path) {
        List<byte[]> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            names.add(name.getBytes(UTF_8));
        }
        return names;
    }

    @Test
    void aTrailingSlashMeansDirectoriesOnly() {
        ExcludePattern pattern = ExcludePattern.parse("cache/");
        assertThat(pattern.matches(names("a/cache"), 0, Stat.DIRECTORY)).isTrue();
        assertThat(pattern.matches(names("a/cache"), 0, Stat.REGULAR)).isFalse();
    }

    @Test
    void anAnchoredPatternOfAFileBelongsToItsDirectory() {
        ExcludePattern pattern = ExcludePattern.parse("/rooted");
        assertThat(pattern.matches(names("a/b/rooted"), 2, Stat.REGULAR)).isTrue();
        assertThat(pattern.matches(names("a/b/c/rooted"), 2, Stat.REGULAR)).isFalse();
    }

    @Test
    void theLastMatchDecidesAndFilesComeAfterTheCommandLine() {
        Excludes excludes =
                Excludes.of(List.of(ExcludePattern.parse("*.o"), ExcludePattern.parse("/x")));
        assertThat(excludes.excludes(names("d/a.o"), Stat.REGULAR)).isTrue();
        Excludes below =
                excludes.with("  # kept\n!keep.o \r\n\n/sub/\n".getBytes(UTF_8), 1, p -> {});
        assertThat(below.excludes(names("d/keep.o"), Stat.REGULAR)).isFalse();
        assertThat(below.excludes(names("d/a.o"), Stat.REGULAR)).isTrue();
        assertThat(below.excludes(names("d/sub"), Stat.DIRECTORY)).isTrue();
        assertThat(below.excludes(names("d/sub"), Stat.REGULAR)).isFalse();
        assertThat(excludes.excludes(names("d/keep.o"), Stat.REGULAR)).isTrue();
    }

    @Test
    void recordsThePatternsAsTheOfficialClientDoes() {
        List<ExcludePattern> patterns =
                List.of(
                        ExcludePattern.parse("*.o"),
                        ExcludePattern.parse("!/a/./keep"),
                        ExcludePattern.parse("cache/"));
        assertThat(new String(Excludes.prelude(patterns).orElseThrow(), UTF_8))
                .isEqualTo("{\"exclude-patterns\":\"*.o\\n!/a/keep\\ncache/\\n\"}");
        assertThat(Excludes.prelude(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "/", "!/", ".", "a/.."})
    void refusesWhatIsNoPattern(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ExcludePattern.parse(text));
    }
}
