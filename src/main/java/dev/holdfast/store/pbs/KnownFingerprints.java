package dev.holdfast.store.pbs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates that the user has confirmed, shared with the official client (protocol.md §3.2): a
 * text file with one {@code HOST FINGERPRINT} per line. The key is the host as in the repository
 * string, without port. Other lines are ignored, and dropped when the file is rewritten.
 */
public final class KnownFingerprints {
    private static final Logger LOG = LoggerFactory.getLogger(KnownFingerprints.class);
    private static final long MAX_BYTES = 1 << 20;

    private final Path file;

    /** The cache in {@code file}, which need not exist. */
    public KnownFingerprints(Path file) {
        this.file = file;
    }

    /** The cache of the user whose environment this is. */
    public static KnownFingerprints of(Map<String, String> environment) {
        Path configuration =
                Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                        .filter(dir -> dir.startsWith("/"))
                        .map(Path::of)
                        .orElseGet(() -> Path.of(environment.getOrDefault("HOME", "/"), ".config"));
        return new KnownFingerprints(
                configuration.resolve("proxmox-backup").resolve("fingerprints"));
    }

    /** What was confirmed for that host. */
    Optional<CertificateFingerprint> find(String host) {
        return Optional.ofNullable(read().get(host));
    }

    /** Remembers a confirmed fingerprint; the file is replaced atomically. */
    void store(String host, CertificateFingerprint fingerprint) {
        Map<String, CertificateFingerprint> all = read();
        all.put(host, fingerprint);
        StringBuilder text = new StringBuilder();
        all.forEach((h, f) -> text.append(h).append(' ').append(f).append('\n'));
        try {
            Files.createDirectories(file.getParent());
            Path temporary = Files.createTempFile(file.getParent(), "fingerprints", ".tmp");
            Files.writeString(temporary, text);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("cannot remember the fingerprint of {} in {}: {}", host, file, e.toString());
        }
    }

    private Map<String, CertificateFingerprint> read() {
        Map<String, CertificateFingerprint> found = new LinkedHashMap<>();
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                return found;
            }
            for (String line :
                    new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList()) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length == 2) {
                    try {
                        found.put(words[0], CertificateFingerprint.parse(words[1]));
                    } catch (IllegalArgumentException e) {
                        LOG.debug("ignored a line of {}", file, e);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("cannot read {}: {}", file, e.toString());
        }
        return found;
    }
}
