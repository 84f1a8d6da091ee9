package dev.holdfast.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compared with a service manager in Python, whose datagram sockets are not ours. */
class ServiceNoticeTest {
    private static final String MANAGER =
            """
            import socket, sys
            name = sys.argv[1]
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind('\\0' + name[1:] if name[0] == '@' else name)
            s.settimeout(60)
            print('listening', flush=True)
            for _ in range(3):
                print(repr(s.recv(9000).decode()), flush=True)
            """;

    @TempDir Path directory;

    @Test
    void tellsASocketThatHasAPath() throws IOException, InterruptedException {
        talk(directory.resolve("notify").toString());
    }

    @Test
    void tellsAnAbstractSocket() throws IOException, InterruptedException {
        talk("@holdfast-test-" + directory.getFileName());
    }

    private void talk(String address) throws IOException, InterruptedException {
        Process manager;
        try {
            manager = new ProcessBuilder("python3", "-c", MANAGER, address).start();
        } catch (IOException e) {
            Assumptions.abort("no Python here");
            return;
        }
        try (BufferedReader heard =
                new BufferedReader(
                        new InputStreamReader(manager.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(heard.readLine()).isEqualTo("listening");
            ServiceNotice notice = ServiceNotice.to(address).orElseThrow();
            notice.ready("the mount\nanswers");
            notice.status("wäiting");
            notice.stopping();
            assertThat(heard.readLine()).isEqualTo("'READY=1\\nSTATUS=the mount answers'");
            assertThat(heard.readLine()).isEqualTo("'STATUS=wäiting'");
            assertThat(heard.readLine()).isEqualTo("'STOPPING=1'");
            assertThat(manager.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            manager.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "relative", "vsock:2:1234"})
    void isSilentWhereNobodyListens(String address) {
        assertThat(ServiceNotice.to(address)).isEmpty();
        assertThat(ServiceNotice.to("/" + "x".repeat(107))).isEmpty();
    }
}
