package dev.holdfast.store.pbs;

import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What a failure below the protocol means to the user. */
final class TransportErrors {
    private TransportErrors() {}

    /** The exception for a connection that failed, or was lost. */
    static HoldfastException of(RepositoryAddress address, Throwable failure) {
        Optional<UntrustedCertificate> untrusted = cause(failure, UntrustedCertificate.class);
        if (untrusted.isPresent()) {
            return new Refused(untrusted.get().getMessage(), failure);
        }
        String server = "server " + address.authority();
        if (has(failure, UnknownHostException.class)
                || has(failure, UnresolvedAddressException.class)) {
            return new Unreachable(
                    "there is no host " + address.host() + "; check the repository's name",
                    failure);
        }
        if (has(failure, ConnectTimeoutException.class)
                || has(failure, HttpConnectTimeoutException.class)
                || has(failure, NoRouteToHostException.class)) {
            return new Unreachable(
                    server + " does not answer; is it up, and no firewall in between?", failure);
        }
        if (has(failure, ConnectException.class)) {
            return new Unreachable(
                    server + " refuses connections; is the port right and the server running?",
                    failure);
        }
        if (has(failure, HttpTimeoutException.class) || has(failure, TimeoutException.class)) {
            return new Unreachable(server + " took too long to answer", failure);
        }
        if (has(failure, SSLException.class)) {
            return new Unreachable(
                    server
                            + " does not speak TLS as expected; is this the port of a Proxmox"
                            + " Backup Server? ("
                            + innermost(failure)
                            + ")",
                    failure);
        }
        return new Unreachable(
                "the connection to " + server + " was lost: " + innermost(failure), failure);
    }

    /** The first cause of that type. */
    static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 20; depth++) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
            at = at.getCause();
        }
        return Optional.empty();
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        return cause(failure, type).isPresent();
    }

    private static String innermost(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at.getCause() != null && depth < 20; depth++) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
    }
}
