package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.store.SnapshotWriter;
import dev.holdfast.store.pbs.server.Accounts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is let in, on both sides. */
class PbsAccessTest extends OnServer {
    private static final CertificateFingerprint OTHER =
            new CertificateFingerprint(new Digest(1, 2, 3, 4));

    @Test
    void acceptsATokenWhoseSecretMustBeEncoded() {
        assertThat(repository().namespaces()).containsExactly(Namespace.ROOT);
    }

    @Test
    void acceptsAUserWithAPasswordAndLogsInOnce() {
        PbsRepository repository = repository(access(Accounts.USER, Accounts.PASSWORD));
        repository.namespaces();
        repository.groups(Namespace.ROOT);
        repository.create(Namespace.ROOT, GROUP.at(FIRST)).close();
        assertThat(server.accounts().logins()).isEqualTo(1);
    }

    @Test
    void logsInAgainWhenTheTicketHasExpired() {
        PbsRepository repository = repository(access(Accounts.USER, Accounts.PASSWORD));
        repository.namespaces();
        server.accounts().expireTickets();
        assertThat(repository.namespaces()).containsExactly(Namespace.ROOT);
        server.accounts().expireTickets();
        repository.create(Namespace.ROOT, GROUP.at(FIRST)).close();
        assertThat(server.accounts().logins()).isEqualTo(3);
    }

    @Test
    void refusesAWrongPassword() {
        assertThatThrownBy(() -> repository(access(Accounts.USER, "wrong")).namespaces())
                .isInstanceOf(Refused.class)
                .hasMessageContaining("login as " + Accounts.USER)
                .hasMessageContaining("permission check failed")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void refusesAWrongSecretForCallsAndSessions() {
        PbsRepository repository = repository(access(Accounts.TOKEN, "wrong"));
        assertThatThrownBy(repository::namespaces)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("does not accept the credentials");
        assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("does not accept the credentials");
    }

    @Test
    void saysWhichRightIsMissing() {
        server.accounts().deny("missing permissions 'Datastore.Backup' on '/datastore/tank'");
        PbsRepository repository = repository();
        assertThatThrownBy(() -> repository.groups(Namespace.ROOT))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("/datastore/tank");
        assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("Datastore.Backup")
                .hasMessageContaining("role");
    }

    @Test
    void refusesAnotherCertificateThanThePinnedOne() {
        PbsRepository repository =
                repository(with(tokenAccess(), Optional.of(OTHER), Optional.empty()));
        assertThatThrownBy(repository::namespaces)
                .isInstanceOf(Refused.class)
                .hasMessageContaining(server.fingerprint().toString())
                .hasMessageContaining(OTHER.toString());
        assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(OTHER.toString());
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void refusesAnUnknownCertificateWhenNobodyCanBeAsked() {
        PbsRepository repository =
                repository(with(tokenAccess(), Optional.empty(), Optional.empty()));
        assertThatThrownBy(repository::namespaces)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("PBS_FINGERPRINT")
                .hasMessageContaining(server.fingerprint().toString());
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void remembersAConfirmedCertificate() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        ServerAccess asking =
                with(
                        tokenAccess(),
                        Optional.empty(),
                        Optional.of(
                                (host, fingerprint) -> {
                                    asked.incrementAndGet();
                                    return fingerprint.equals(server.fingerprint());
                                }));
        repository(asking).namespaces();
        repository(asking).create(Namespace.ROOT, GROUP.at(FIRST)).close();
        repository(with(tokenAccess(), Optional.empty(), Optional.empty())).namespaces();
        assertThat(asked).hasValue(1);
        assertThat(Files.readString(temporary.resolve("fingerprints")))
                .isEqualTo("127.0.0.1 " + server.fingerprint() + "\n");
    }

    @Test
    void asksNobodyWhenAKnownCertificateHasChanged() {
        new KnownFingerprints(temporary.resolve("fingerprints")).store("127.0.0.1", OTHER);
        ServerAccess asking =
                with(
                        tokenAccess(),
                        Optional.empty(),
                        Optional.of(
                                (host, fingerprint) -> {
                                    throw new AssertionError("asked");
                                }));
        assertThatThrownBy(() -> repository(asking).namespaces())
                .isInstanceOf(Refused.class)
                .hasMessageContaining("has changed");
    }

    @Test
    void readsTheFileOfTheOfficialClient() throws IOException {
        Path file = temporary.resolve("known");
        String upper = OTHER.toString().toUpperCase(java.util.Locale.ROOT);
        Files.writeString(file, "# comment line here\nhost  " + upper + "\nbad line\n[::1] x\n");
        KnownFingerprints known = new KnownFingerprints(file);
        assertThat(known.find("host")).contains(OTHER);
        assertThat(known.find("bad")).isEmpty();
        known.store("[::1]", OTHER);
        assertThat(Files.readString(file)).isEqualTo("host " + OTHER + "\n[::1] " + OTHER + "\n");
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        PbsRepository repository = repository(at("127.0.0.1", free));
        assertThatThrownBy(repository::namespaces)
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("refuses connections");
        assertThatThrownBy(() -> repository.open(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("refuses connections");
    }

    @Test
    void saysThatThereIsNoSuchHost() {
        PbsRepository repository = repository(at("no-such-host.invalid", 8007));
        assertThatThrownBy(() -> repository.open(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("no host no-such-host.invalid");
    }

    @Test
    void saysThatThePortIsNoPbs() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            Thread greeter =
                    new Thread(
                            () -> {
                                try {
                                    while (true) {
                                        try (var connection = socket.accept()) {
                                            connection
                                                    .getOutputStream()
                                                    .write(
                                                            "SSH-2.0-OpenSSH_9.2\r\n"
                                                                    .getBytes(
                                                                            StandardCharsets
                                                                                    .US_ASCII));
                                            connection.getInputStream().read();
                                        }
                                    }
                                } catch (IOException e) {
                                    // The test is over.
                                }
                            });
            greeter.setDaemon(true);
            greeter.start();
            PbsRepository repository = repository(at("127.0.0.1", socket.getLocalPort()));
            assertThatThrownBy(() -> repository.open(Namespace.ROOT, GROUP.at(FIRST)))
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("does not speak TLS");
            assertThatThrownBy(repository::namespaces)
                    .isInstanceOf(Unreachable.class)
                    .hasMessageContaining("does not speak TLS");
        }
    }

    @Test
    void refusesAGroupOfAnotherOwner() {
        PbsRepository user = repository(access(Accounts.USER, Accounts.PASSWORD));
        backUp(user, FIRST, Map.of("a", new byte[] {1}));
        PbsRepository token = repository();
        assertThat(token.owner(Namespace.ROOT, GROUP)).contains(Accounts.USER);
        assertThatThrownBy(() -> token.create(Namespace.ROOT, GROUP.at(FIRST + 1)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("belongs to somebody else");
        assertThatThrownBy(() -> token.open(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class);
    }

    @Test
    void lendsATokensGroupToItsUser() {
        backUp(repository(), FIRST, Map.of("a", new byte[] {1}));
        PbsRepository user = repository(access(Accounts.USER, Accounts.PASSWORD));
        try (SnapshotWriter writer = user.create(Namespace.ROOT, GROUP.at(FIRST + 1))) {
            assertThat(writer.previous()).isPresent();
        }
    }

    private ServerAccess at(String host, int port) {
        return new ServerAccess(
                new RepositoryAddress(Accounts.TOKEN, host, port, "tank"),
                () -> Accounts.SECRET,
                Optional.of(server.fingerprint()),
                new KnownFingerprints(temporary.resolve("fingerprints")),
                Optional.empty(),
                TIMEOUTS,
                Optional.empty());
    }
}
