package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Unreachable;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.pbs.server.ConnectProxy;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProxyTest extends OnServer {
    @Test
    void readsWhatUsersWrite() {
        assertThat(HttpProxy.parse("squid"))
                .isEqualTo(new HttpProxy("squid", 1080, Optional.empty()));
        assertThat(HttpProxy.parse("http://u:p:q@squid.example.org:3128/"))
                .isEqualTo(new HttpProxy("squid.example.org", 3128, Optional.of("u:p:q")));
        assertThat(HttpProxy.parse("[fe80::1]:8080").socketHost()).isEqualTo("fe80::1");
        assertThat(HttpProxy.of(Map.of("ALL_PROXY", ""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://secret@squid", "http://a b", "squid:0", "squid:99999", "@"})
    void refusesWhatIsNoHttpProxyWithoutShowingIt(String text) {
        assertThatThrownBy(() -> HttpProxy.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ALL_PROXY")
                .hasMessageNotContaining("secret");
    }

    @Test
    void goesThroughTheProxyWithEverything() throws IOException {
        try (ConnectProxy proxy = new ConnectProxy("user:secret")) {
            PbsRepository repository =
                    repository(
                            with(
                                    tokenAccess(),
                                    HttpProxy.parse("user:secret@127.0.0.1:" + proxy.port())));
            backUp(repository, FIRST, files());
            try (Snapshot snapshot = open(repository, FIRST)) {
                assertThat(read(snapshot, "text")).isEqualTo(files().get("text"));
            }
            // REST, the backup, and the reader.
            assertThat(proxy.tunnels())
                    .hasSizeGreaterThanOrEqualTo(3)
                    .containsOnly("127.0.0.1:" + server.port());
        }
    }

    @Test
    void saysThatTheProxyRefuses() throws IOException {
        try (ConnectProxy proxy = new ConnectProxy("user:secret")) {
            PbsRepository repository =
                    repository(
                            with(
                                    tokenAccess(),
                                    HttpProxy.parse("user:wrong@127.0.0.1:" + proxy.port())));
            assertThatThrownBy(() -> repository.open(Namespace.ROOT, GROUP.at(FIRST)))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("proxy 127.0.0.1:" + proxy.port())
                    .hasMessageContaining("407")
                    .hasMessageNotContaining("wrong");
            assertThatThrownBy(() -> repository.groups(Namespace.ROOT))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageNotContaining("wrong");
        }
    }
}
