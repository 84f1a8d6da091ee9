package dev.holdfast.store.pbs;

import dev.holdfast.BadKey;
import dev.holdfast.Refused;
import dev.holdfast.crypto.SecretSources;
import java.io.Console;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * How to reach a server, and as whom.
 *
 * @param secret the password, or the secret of the token; asked for when first needed
 * @param pin the fingerprint that the server's certificate must have
 * @param known what the user has confirmed before; used without a pin only
 * @param confirm asks the user whether a host's unknown certificate is to be trusted; absent where
 *     nobody can be asked
 * @param proxy what passes connections on, if there is no direct way
 */
public record ServerAccess(
        RepositoryAddress address,
        Supplier<String> secret,
        Optional<CertificateFingerprint> pin,
        KnownFingerprints known,
        Optional<BiPredicate<String, CertificateFingerprint>> confirm,
        Timeouts timeouts,
        Optional<HttpProxy> proxy) {

    /**
     * What the environment says (protocol.md §2.3): {@code PBS_PASSWORD} and {@code
     * PBS_FINGERPRINT}, each with its indirect forms; else the user is asked.
     */
    public static ServerAccess of(
            RepositoryAddress address,
            Map<String, String> environment,
            SecretSources secrets,
            Optional<Console> console) {
        Optional<CertificateFingerprint> pin =
                secrets.fromEnvironment("PBS_FINGERPRINT", "proxmox-backup-client.fingerprint")
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                        .filter(text -> !text.isEmpty())
                        .map(ServerAccess::fingerprint);
        return new ServerAccess(
                address,
                new Once(() -> secret(address, secrets, console)),
                pin,
                KnownFingerprints.of(environment),
                console.map(ServerAccess::asking),
                Timeouts.DEFAULT,
                HttpProxy.of(environment));
    }

    /** What another process found out, in one that cannot ask. */
    public static ServerAccess handedOver(
            RepositoryAddress address,
            Map<String, String> environment,
            String secret,
            Optional<String> pin) {
        return new ServerAccess(
                address,
                () -> secret,
                pin.map(ServerAccess::fingerprint),
                KnownFingerprints.of(environment),
                Optional.empty(),
                Timeouts.DEFAULT,
                HttpProxy.of(environment));
    }

    /** Asks once, however often it is asked: a pipe can be read and a user bothered only once. */
    private static final class Once implements Supplier<String> {
        private final Supplier<String> source;
        private Optional<String> secret = Optional.empty();

        Once(Supplier<String> source) {
            this.source = source;
        }

        @Override
        public synchronized String get() {
            if (secret.isEmpty()) {
                secret = Optional.of(source.get());
            }
            return secret.get();
        }
    }

    private static CertificateFingerprint fingerprint(String text) {
        try {
            return CertificateFingerprint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refused("PBS_FINGERPRINT: " + e.getMessage(), e);
        }
    }

    private static String secret(
            RepositoryAddress address, SecretSources secrets, Optional<Console> console) {
        Optional<byte[]> given =
                secrets.fromEnvironment("PBS_PASSWORD", "proxmox-backup-client.password");
        if (given.isPresent()) {
            String secret = new String(given.get(), StandardCharsets.UTF_8);
            Arrays.fill(given.get(), (byte) 0);
            return secret;
        }
        if (address.isToken()) {
            throw new BadKey(
                    "API token secret must be provided: set PBS_PASSWORD_FILE (or PBS_PASSWORD,"
                            + " _CMD, _FD) to the secret of "
                            + address.authId());
        }
        char[] typed =
                console.map(c -> c.readPassword("Password for \"%s\": ", address.authId()))
                        .orElseThrow(
                                () ->
                                        new BadKey(
                                                "no password for "
                                                        + address.authId()
                                                        + " and no terminal to ask for it; set"
                                                        + " PBS_PASSWORD_FILE (or PBS_PASSWORD,"
                                                        + " _CMD, _FD)"));
        String secret = new String(typed);
        Arrays.fill(typed, '\0');
        return secret;
    }

    private static BiPredicate<String, CertificateFingerprint> asking(Console console) {
        return (host, fingerprint) -> {
            console.printf(
                    "The certificate of %s cannot be validated. Its fingerprint is%n%s%n",
                    host, fingerprint);
            String answer =
                    console.readLine("Are you sure you want to continue connecting? (y/n): ");
            return answer != null && answer.strip().equalsIgnoreCase("y");
        };
    }
}
