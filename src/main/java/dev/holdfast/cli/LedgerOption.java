package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.upkeep.SnapshotLedger;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code --ledger FILE} means for a command that removes snapshots: opened before anything is
 * removed, so that a missing key or a changed ledger is found in time.
 */
final class LedgerOption implements AutoCloseable {
    private final Optional<SnapshotLedger> ledger;
    private final Optional<BackupKey> key;

    LedgerOption(Optional<Path> file, Session session, GlobalOptions options) {
        this.ledger = file.map(path -> SnapshotLedger.open(path, session.keys()));
        this.key = ledger.isPresent() ? session.keys().first() : Optional.empty();
        if (ledger.isPresent() && key.isEmpty()) {
            throw new BadKey(
                    options.cryptMode.isPresent()
                            ? "--ledger needs a key, and --crypt-mode none uses none"
                            : "--ledger needs the key; give it with --keyfile");
        }
    }

    boolean isPresent() {
        return ledger.isPresent();
    }

    /** Notes a new snapshot. */
    void committed(Namespace namespace, Manifest manifest) {
        ledger.ifPresent(l -> l.committed(key.orElseThrow(), namespace, manifest));
    }

    /** Notes a removal. */
    void forgotten(Namespace namespace, SnapshotId snapshot) {
        ledger.ifPresent(l -> l.forgotten(key.orElseThrow(), namespace, snapshot));
    }

    @Override
    public void close() {}
}
