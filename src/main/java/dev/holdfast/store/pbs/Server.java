package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** A server, reached as one user: REST calls and sessions. Thread-safe. */
final class Server implements AutoCloseable {
    private static final String BACKUP_PROTOCOL = "proxmox-backup-protocol-v1";
    private static final String READER_PROTOCOL = "proxmox-backup-reader-protocol-v1";

    private final ServerAccess access;
    private final ServerTrust trust;
    private final RestClient rest;
    private final SSLContext tls;
    private Optional<Connector> connector = Optional.empty();
    private Optional<Login> login = Optional.empty();

    Server(ServerAccess access) {
        this.access = access;
        this.trust = new ServerTrust(access.address().host(), access.pin(), access.known());
        this.tls = trust.context();
        this.rest = new RestClient(access, tls);
    }

    RepositoryAddress address() {
        return access.address();
    }

    Timeouts timeouts() {
        return access.timeouts();
    }

    /** One of the REST methods. */
    interface Call {
        JsonNode send(Login login, String what, String path, Parameters parameters);
    }

    /** Reads. */
    JsonNode get(String what, String path, Parameters parameters) {
        return call(rest::get, what, path, parameters);
    }

    JsonNode put(String what, String path, Parameters parameters) {
        return call(rest::put, what, path, parameters);
    }

    JsonNode post(String what, String path, Parameters parameters) {
        return call(rest::post, what, path, parameters);
    }

    JsonNode delete(String what, String path, Parameters parameters) {
        return call(rest::delete, what, path, parameters);
    }

    /** Posts bytes; the parameters go into the query. */
    JsonNode upload(String what, String path, Parameters parameters, byte[] body) {
        return call((l, w, p, q) -> rest.upload(l, w, p, q, body), what, path, parameters);
    }

    private JsonNode call(Call call, String what, String path, Parameters parameters) {
        String where = what + " on " + address();
        return trusting(() -> call.send(login(), where, path, parameters));
    }

    private synchronized Login login() {
        if (login.isEmpty()) {
            String secret = access.secret().get();
            String authId = address().authId();
            login =
                    Optional.of(
                            address().isToken()
                                    ? new TokenLogin(authId, secret)
                                    : new TicketLogin(
                                            authId, secret, rest::login, System::nanoTime));
        }
        return login.get();
    }

    /** Begins a backup. */
    SessionChannel backup(String what, Parameters parameters) {
        return session(
                what, parameters.query("/api2/json/backup"), BACKUP_PROTOCOL, timeouts().storing());
    }

    /** Opens a snapshot for reading. */
    SessionChannel reader(String what, Parameters parameters) {
        return session(
                what, parameters.query("/api2/json/reader"), READER_PROTOCOL, timeouts().answer());
    }

    private SessionChannel session(String what, String path, String protocol, Duration stall) {
        String where = what + " on " + address();
        return trusting(
                () -> {
                    Map<String, String> headers = login().headers();
                    try {
                        return connector().open(path, protocol, stall, headers);
                    } catch (Connector.NotUpgraded refused) {
                        if (refused.status() != 401 || !login().renew(headers)) {
                            throw ServerErrors.of(where, refused.status(), refused.text());
                        }
                    }
                    try {
                        return connector().open(path, protocol, stall, login().headers());
                    } catch (Connector.NotUpgraded refused) {
                        throw ServerErrors.of(where, refused.status(), refused.text());
                    }
                });
    }

    private synchronized Connector connector() {
        if (connector.isEmpty()) {
            connector = Optional.of(new Connector(access, trust));
        }
        return connector.get();
    }

    /** Asks the user about an unknown certificate, and tries once more if it is confirmed. */
    private <T> T trusting(Supplier<T> call) {
        try {
            return call.get();
        } catch (Refused e) {
            Optional<UntrustedCertificate> untrusted =
                    TransportErrors.cause(e, UntrustedCertificate.class);
            if (untrusted.isEmpty()
                    || !untrusted.get().mayBeConfirmed()
                    || access.confirm().isEmpty()
                    || !access.confirm()
                            .get()
                            .test(address().host(), untrusted.get().fingerprint())) {
                throw e;
            }
            trust.confirm(untrusted.get().fingerprint());
            return call.get();
        }
    }

    /**
     * Waits for what a session owes, which it gives or refuses within its limits.
     *
     * @throws Unreachable if the connection is lost or too slow
     */
    <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HoldfastException known) {
                throw known;
            }
            throw TransportErrors.of(address(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while waiting for " + address().authority(), e);
        }
    }

    @Override
    public synchronized void close() {
        connector.ifPresent(Connector::close);
        rest.close();
    }
}
