package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Refused;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.TypeConversionException;

class DriverOptionsTest {
    @TempDir Path temporary;

    private static InetSocketAddress address(String text) {
        return new DriverOptions.AddressConverter().convert(text);
    }

    @Test
    void metricsAreForThisMachineUnlessAnotherAddressIsNamed() {
        for (String text : new String[] {"9100", ":9100", "127.0.0.1:9100", "[::1]:9100"}) {
            assertThat(address(text).getAddress().isLoopbackAddress()).as(text).isTrue();
            assertThat(address(text).getPort()).isEqualTo(9100);
        }
        assertThat(address("0.0.0.0:1").getAddress().isAnyLocalAddress()).isTrue();
        assertThat(address("[::]:1").getAddress().isAnyLocalAddress()).isTrue();
        assertThat(address("10.1.2.3:80").getAddress().isLoopbackAddress()).isFalse();
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String text : new String[] {"", "x", "1:2:3", "127.0.0.1:", "65536", "-1", "::1"}) {
            assertThatThrownBy(() -> address(text))
                    .as(text)
                    .isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void aDiskCacheIsNotInTheRepositoryNorInItsMountNorAroundIt() throws Exception {
        Path repository = Files.createDirectory(temporary.resolve("repository"));
        Path mount = Files.createDirectories(temporary.resolve("mnt/here"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), repository);
        Map<String, Path> others = Map.of("the repository", repository);
        for (Path directory :
                new Path[] {
                    repository,
                    repository.resolve("cache"),
                    repository.resolve("a/b"),
                    link.resolve("cache"),
                    mount,
                    mount.resolve("cache"),
                    temporary.resolve("mnt"),
                    temporary.resolve("x/../repository/cache")
                }) {
            assertThatThrownBy(() -> CachePlace.check(directory, mount, others))
                    .as("%s", directory)
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("lies in");
        }
        CachePlace.check(temporary.resolve("cache"), mount, others);
        CachePlace.check(temporary.resolve("repository-cache"), mount, others);
    }

    @Test
    void theMostTalkativeOptionSaysWhatIsLogged() {
        assertThat(level("status")).isEqualTo("WARN");
        assertThat(level("--quiet", "status")).isEqualTo("ERROR");
        assertThat(level("status", "--verbose", "--quiet")).isEqualTo("INFO");
        assertThat(level("--verbose", "status", "--debug")).isEqualTo("DEBUG");
    }

    private static String level(String... arguments) {
        return GlobalOptions.logLevel(Holdfast.commandLine().parseArgs(arguments)).toString();
    }
}
