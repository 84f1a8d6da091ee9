package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.MasterPrivateKey;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.WrappedKey;
import dev.holdfast.store.SnapshotReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key recover}. */
@Command(
        name = "recover",
        description =
                "Get a lost key back from a snapshot that carries it wrapped for a master key.",
        footer = {
            "",
            "The passphrase of the master key comes from HOLDFAST_MASTER_PASSPHRASE (or _FD, _FILE, _CMD), else it is",
            "asked for.",
            "",
            "Example:",
            "  holdfast key recover --master-key master-private.pem --from host/web1/latest --output /root/web1.key"
        })
final class KeyRecoverCommand implements Callable<Integer> {
    /** Longer than any RSA block with its blob header. */
    private static final int MAX_BLOB_BYTES = 64 << 10;

    @ParentCommand KeyCommand key;

    @ArgGroup(multiplicity = "1")
    Source source;

    @Mixin RescuedKey rescued;

    /** Where the wrapped key is. */
    static final class Source {
        @Option(
                names = "--from",
                paramLabel = "SNAPSHOT",
                required = true,
                description = "A snapshot: TYPE/ID/TIME or TYPE/ID/latest.")
        Optional<String> snapshot = Optional.empty();

        @Option(
                names = "--blob",
                paramLabel = "FILE",
                required = true,
                description =
                        "The file rsa-encrypted.key.blob, or what the official client restores of it.")
        Optional<Path> blob = Optional.empty();
    }

    @Override
    public Integer call() {
        GlobalOptions options = key.options();
        Path masterFile =
                options.masterKey.orElseThrow(
                        () -> new UsageException("key recover needs --master-key PRIV"));
        rescued.check();
        try (BackupKey recovered =
                source.blob.isPresent()
                        ? fromBlob(source.blob.get(), masterFile)
                        : fromSnapshot(source.snapshot.orElseThrow(), masterFile)) {
            rescued.write(recovered, options);
        }
        return ExitCode.DONE;
    }

    private static MasterPrivateKey master(Path file) {
        return MasterPrivateKey.read(file, SecretSources.ofProcess()::masterPassphrase);
    }

    private static BackupKey fromBlob(Path file, Path masterFile) {
        byte[] content = KeyFiles.read(file, "wrapped key", MAX_BLOB_BYTES);
        if (content.length == 0) {
            throw new BadKey("wrapped key " + file + " is empty");
        }
        return master(masterFile).unwrap(unpacked(content, file), file.toString());
    }

    /** The bytes of RSA, with or without the blob around them. */
    private static byte[] unpacked(byte[] content, Path file) {
        try {
            BlobKind.read(content, content.length);
        } catch (FormatException e) {
            return content;
        }
        try {
            return BlobCodec.plain().decode(content);
        } catch (FormatException e) {
            throw new BadKey("wrapped key " + file + " is damaged: " + e.getMessage(), e);
        }
    }

    private BackupKey fromSnapshot(String text, Path masterFile) {
        try (Session session = new Session(key.options())) {
            SnapshotId id = session.snapshot(text);
            try (SnapshotReader reader = session.repository().open(key.options().namespace, id)) {
                Manifest manifest = Snapshot.decodeManifest(reader.manifestBlob(), id);
                ManifestFile wrapped =
                        WrappedKey.file(manifest)
                                .orElseThrow(
                                        () ->
                                                new BadKey(
                                                        "snapshot "
                                                                + id
                                                                + " carries no wrapped key; it was made without"
                                                                + " --master-pubkey-file"));
                return WrappedKey.unwrap(reader, manifest, wrapped, master(masterFile));
            }
        }
    }
}
