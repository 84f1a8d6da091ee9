package dev.holdfast.store.pbs;

import dev.holdfast.crypto.SecretSources;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the official client's variables say of the repository (protocol.md §2.2, §2.3): {@code
 * PBS_REPOSITORY} with its indirect forms, else the parts {@code PBS_SERVER}, {@code PBS_PORT},
 * {@code PBS_DATASTORE} and {@code PBS_AUTH_ID}; and the namespace.
 */
public final class EnvironmentRepository {
    private static final String CREDENTIAL = "proxmox-backup-client.repository";

    private EnvironmentRepository() {}

    /**
     * The repository as users write it, if one is named.
     *
     * @throws IllegalArgumentException if there are parts that make no whole
     */
    public static Optional<String> location(
            Map<String, String> environment, SecretSources sources) {
        return sources.fromEnvironment("PBS_REPOSITORY", CREDENTIAL)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .or(() -> ofParts(environment));
    }

    private static Optional<String> ofParts(Map<String, String> environment) {
        Optional<String> server = part(environment, "PBS_SERVER");
        Optional<String> port = part(environment, "PBS_PORT");
        Optional<String> store = part(environment, "PBS_DATASTORE");
        Optional<String> authId = part(environment, "PBS_AUTH_ID");
        if (store.isEmpty()) {
            if (Stream.of(server, port, authId).anyMatch(Optional::isPresent)) {
                throw new IllegalArgumentException(
                        "PBS_SERVER, PBS_PORT or PBS_AUTH_ID is set, but PBS_DATASTORE is not;"
                                + " set it, or name the repository with --repository");
            }
            return Optional.empty();
        }
        return Optional.of(
                new RepositoryAddress(
                                authId.orElse(RepositoryAddress.DEFAULT_AUTH_ID),
                                bracketed(server.orElse(RepositoryAddress.DEFAULT_HOST)),
                                port.map(EnvironmentRepository::number)
                                        .orElse(RepositoryAddress.DEFAULT_PORT),
                                store.get())
                        .toString());
    }

    private static Optional<String> part(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static int number(String port) {
        if (!port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("PBS_PORT '" + port + "' is no port");
        }
        return Integer.parseInt(port);
    }

    /** The namespace that is meant when none is said. */
    public static Optional<String> namespace(Map<String, String> environment) {
        return part(environment, "PBS_NAMESPACE");
    }
}
