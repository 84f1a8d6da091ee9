package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.SnapshotEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a manifest says of a snapshot or an archive, as extended attributes {@code user.holdfast.*}.
 * All of them are always there, empty if nothing is known, so that the list of their names costs no
 * look into the snapshot.
 */
final class SnapshotXattrs {
    /** What all names of ours begin with. */
    static final String PREFIX = "user.holdfast.";

    static final List<String> NAMES =
            List.of(
                    PREFIX + "crypt-mode",
                    PREFIX + "key-fingerprint",
                    PREFIX + "notes",
                    PREFIX + "owner",
                    PREFIX + "protected",
                    PREFIX + "size",
                    PREFIX + "verify-state");

    private final View view;
    private final SnapshotKey key;

    SnapshotXattrs(View view, SnapshotKey key) {
        this.view = view;
        this.key = key;
    }

    /**
     * The value of an attribute, if it is one of these.
     *
     * @param parts the files of the manifest that it is about
     */
    Optional<byte[]> value(String name, Function<Snapshot, List<ManifestFile>> parts) {
        if (!NAMES.contains(name)) {
            return Optional.empty();
        }
        try (OpenSnapshot open = view.snapshots().hold(key)) {
            Snapshot snapshot = open.snapshot();
            String text =
                    text(
                            name.substring(PREFIX.length()),
                            snapshot.manifest(),
                            parts.apply(snapshot));
            return Optional.of(text.getBytes(UTF_8));
        }
    }

    private String text(String name, Manifest manifest, List<ManifestFile> parts) {
        return switch (name) {
            case "crypt-mode" -> cryptMode(parts).text();
            case "key-fingerprint" ->
                    manifest.keyFingerprint().map(Fingerprint::longForm).orElse("");
            case "notes" -> manifest.notes().orElse("");
            case "owner" -> view.repository().owner(key.namespace(), key.id().group()).orElse("");
            case "protected" -> Boolean.toString(isProtected());
            case "size" -> Long.toString(parts.stream().mapToLong(ManifestFile::sizeBytes).sum());
            case "verify-state" -> manifest.verifyState().orElse("");
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** The strongest mode: a plain blob beside encrypted archives does not count. */
    private static CryptMode cryptMode(List<ManifestFile> parts) {
        for (CryptMode mode : List.of(CryptMode.ENCRYPT, CryptMode.SIGN_ONLY)) {
            if (parts.stream().anyMatch(file -> file.mode() == mode)) {
                return mode;
            }
        }
        return CryptMode.NONE;
    }

    private boolean isProtected() {
        return view.listings().snapshots(key.namespace(), key.id().group()).values().stream()
                .filter(entry -> entry.id().equals(key.id()))
                .anyMatch(SnapshotEntry::isProtected);
    }
}
