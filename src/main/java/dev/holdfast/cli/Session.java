package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.EscrowKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.MasterPrivateKey;
import dev.holdfast.crypto.MasterPublicKey;
import dev.holdfast.crypto.PqPublicKey;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.pbs.CertificateFingerprint;
import dev.holdfast.store.pbs.EnvironmentRepository;
import dev.holdfast.store.pbs.PbsRepository;
import dev.holdfast.store.pbs.ServerAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the global options mean for one run of a command: the repository, the keys. Opened when
 * first asked for.
 */
final class Session implements AutoCloseable {
    private static final long CACHE_BYTES = 128L << 20;

    private final GlobalOptions options;
    private final Map<String, String> environment;
    private final SecretSources secrets;
    private Optional<Repository> repository = Optional.empty();
    private Optional<KeyRing> keys = Optional.empty();
    private Optional<String> location = Optional.empty();
    private Optional<ServerAccess> server = Optional.empty();

    Session(GlobalOptions options) {
        this.options = options;
        this.environment = System.getenv();
        this.secrets = SecretSources.ofProcess();
        EnvironmentRepository.namespace(environment)
                .ifPresent(
                        name -> {
                            if (!options.namespaceSaid && isServer()) {
                                options.namespace = Namespace.parse(name);
                            }
                        });
    }

    /** In a driver: with what the starting process has found out. */
    Session(GlobalOptions options, HandOver handed) {
        this.options = options;
        this.environment = System.getenv();
        this.secrets = SecretSources.ofProcess();
        options.namespace = handed.namespace();
        keys = Optional.of(handed.keys());
        location = Optional.of(handed.location());
        server =
                handed.serverSecret()
                        .map(
                                secret ->
                                        ServerAccess.handedOver(
                                                RepositoryLocation.address(handed.location()),
                                                environment,
                                                secret,
                                                handed.fingerprint()));
    }

    private boolean isServer() {
        return findLocation().filter(text -> !RepositoryLocation.isLocal(text)).isPresent();
    }

    private Optional<String> findLocation() {
        if (location.isEmpty()) {
            location =
                    options.repository
                            .or(() -> Optional.ofNullable(environment.get("HOLDFAST_REPOSITORY")))
                            .or(() -> EnvironmentRepository.location(environment, secrets))
                            .filter(text -> !text.isBlank());
        }
        return location;
    }

    /** What the user called the repository. */
    String location() {
        return findLocation()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "no repository given; use --repository or set HOLDFAST_REPOSITORY"));
    }

    /** The repository. */
    Repository repository() {
        if (repository.isEmpty()) {
            repository =
                    Optional.of(
                            isServer()
                                    ? new PbsRepository(server())
                                    : RepositoryLocation.open(location()));
        }
        return repository.get();
    }

    private ServerAccess server() {
        if (server.isEmpty()) {
            server = Optional.of(RepositoryLocation.access(location()));
        }
        return server.get();
    }

    /** The key files to use: those named, else the default one if there is one. */
    private List<Path> keyFiles() {
        if (!options.keyFiles.isEmpty() && options.keyDescriptor.isPresent()) {
            throw new UsageException("--keyfile and --keyfd exclude each other");
        }
        if (!options.keyFiles.isEmpty() || options.keyDescriptor.isPresent()) {
            return options.keyFiles;
        }
        if (options.masterKey.isPresent()) {
            // Who recovers with the master key may have lost the other's passphrase.
            return List.of();
        }
        return new KeyPaths(environment)
                .find(KeyPaths.ENCRYPTION_KEY)
                .map(List::of)
                .orElse(List.of());
    }

    /** The keys for reading, unlocked; none if none is named and there is no default one. */
    KeyRing keys() {
        if (keys.isEmpty()) {
            List<BackupKey> unlocked = new ArrayList<>();
            if (options.cryptMode.orElse(CryptMode.ENCRYPT) != CryptMode.NONE) {
                if (options.keyDescriptor.isPresent()) {
                    unlocked.add(fromDescriptor(options.keyDescriptor.get()));
                }
                for (Path file : keyFiles()) {
                    unlocked.add(
                            KeyLock.unlock(
                                    KeyStorage.read(file),
                                    file.toString(),
                                    secrets::keyPassphrase));
                }
            } else {
                options.keyFiles.forEach(KeyStorage::read);
            }
            keys = Optional.of(new KeyRing(unlocked, masterKey()));
        }
        return keys.get();
    }

    private Optional<MasterPrivateKey> masterKey() {
        return options.masterKey.map(
                file -> MasterPrivateKey.read(file, secrets::masterPassphrase));
    }

    /** What wraps the key into new snapshots: the master public key named, else the default one. */
    List<EscrowKey> escrow() {
        List<EscrowKey> escrow = new ArrayList<>();
        options.pqEscrow.ifPresent(file -> escrow.add(PqPublicKey.read(file)));
        options.masterPublicKey
                .or(() -> new KeyPaths(environment).find(KeyPaths.MASTER_PUBLIC_KEY))
                .ifPresent(file -> escrow.add(MasterPublicKey.read(file)));
        return escrow;
    }

    private BackupKey fromDescriptor(int descriptor) {
        Path path = Path.of("/proc/self/fd", Integer.toString(descriptor));
        String name = "from file descriptor " + descriptor;
        try (var in = Files.newInputStream(path)) {
            KeyFile file = KeyStorage.parse(in, name);
            return KeyLock.unlock(file, name, secrets::keyPassphrase);
        } catch (IOException e) {
            throw new BadKey("cannot read a key from file descriptor " + descriptor, e);
        }
    }

    /** How to write (keys.md §5.1), stricter: without a key, clear text must be asked for. */
    WritePolicy writePolicy(boolean allowKeyChange) {
        if (options.cryptMode.isPresent() && options.cryptMode.get() == CryptMode.NONE) {
            if (!options.keyFiles.isEmpty() || options.keyDescriptor.isPresent()) {
                throw new UsageException("--crypt-mode none and a key exclude each other");
            }
            if (options.masterPublicKey.isPresent() || options.pqEscrow.isPresent()) {
                throw new UsageException("--crypt-mode none and a master key exclude each other");
            }
            return new WritePolicy(CryptMode.NONE, Optional.empty(), allowKeyChange);
        }
        if (options.keyFiles.size() > 1) {
            throw new UsageException("only one --keyfile is possible when writing");
        }
        Optional<BackupKey> key = keys().first();
        if (key.isEmpty()) {
            throw new BadKey(
                    "no encryption key found; create one with: holdfast key create, name one with --keyfile, or say"
                            + " --crypt-mode none to write in clear");
        }
        return new WritePolicy(
                options.cryptMode.orElse(CryptMode.ENCRYPT), key, allowKeyChange, escrow());
    }

    /** What a driver needs and cannot find out itself, having no terminal. */
    HandOver handOver(KeyRing unlocked) {
        return isServer()
                ? new HandOver(
                        unlocked,
                        location(),
                        options.namespace,
                        Optional.of(server().secret().get()),
                        server().pin().map(CertificateFingerprint::toString))
                : new HandOver(
                        unlocked,
                        location(),
                        options.namespace,
                        Optional.empty(),
                        Optional.empty());
    }

    /**
     * Talks to the server, if the repository is one, so that whatever must be asked or can fail
     * does so in the terminal.
     */
    void reach() {
        if (isServer()) {
            repository().groups(options.namespace);
        }
    }

    /**
     * Fails before anything is done if a group's newest snapshot was made with another key.
     *
     * @throws dev.holdfast.Refused naming both keys
     */
    void checkKey(GroupId group, WritePolicy policy) {
        SnapshotBuilder.checkKey(repository(), options.namespace, group, policy);
    }

    /**
     * The repository by a name that does not depend on the working directory, or on how it is
     * written.
     */
    String canonicalLocation() {
        String text = location();
        return RepositoryLocation.isLocal(text)
                ? RepositoryLocation.localPath(text).toAbsolutePath().normalize().toString()
                : RepositoryLocation.address(text).toString();
    }

    /** A group as users write it. */
    static GroupId group(String text) {
        try {
            return GroupId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** A snapshot as users write it: {@code TYPE/ID/TIME} or {@code TYPE/ID/latest}. */
    SnapshotId snapshot(String text) {
        if (text.endsWith("/latest")) {
            GroupId group = group(text.substring(0, text.length() - "/latest".length()));
            List<SnapshotEntry> all = repository().snapshots(options.namespace, group);
            return all.stream()
                    .filter(SnapshotEntry::finished)
                    .reduce((a, b) -> b)
                    .orElseThrow(
                            () ->
                                    new NotFound(
                                            "group "
                                                    + group
                                                    + " has no snapshot in "
                                                    + repository().location()))
                    .id();
        }
        try {
            return SnapshotId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " or TYPE/ID/latest");
        }
    }

    /** Opens a snapshot with the keys at hand. */
    Snapshot open(SnapshotId id) {
        return Snapshot.open(
                repository().open(options.namespace, id), keys(), new ChunkCache(CACHE_BYTES));
    }

    /** The short form of a fingerprint, or nothing. */
    static String shortForm(Optional<Fingerprint> fingerprint) {
        return fingerprint.map(Fingerprint::shortForm).orElse("");
    }

    @Override
    public void close() {
        repository.ifPresent(Repository::close);
        keys.ifPresent(KeyRing::close);
    }
}
