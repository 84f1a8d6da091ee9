package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.SnapshotReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotLedgerTest {
    private static final GroupId FULL = GroupId.parse("host/full");

    @TempDir Path directory;
    private Path file;
    private TestStore store;

    @BeforeEach
    void copyGolden() throws IOException {
        file = directory.resolve("ledger");
        store = TestStore.golden();
    }

    @AfterEach
    void remove() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    private SnapshotLedger open() {
        return SnapshotLedger.open(file, TestStore.keys());
    }

    private void adopt() {
        assertThat(new LedgerCheck(store.repository, open()).adopt(TestStore.key(), Namespace.ROOT))
                .isEqualTo(13);
    }

    private List<String> findings() {
        return new LedgerCheck(store.repository, open())
                .run().stream().map(f -> f.kind() + " " + f.name()).toList();
    }

    private SnapshotId day(int day) {
        return SnapshotId.parse("host/full/2026-01-0" + day + "T00:00:00Z");
    }

    @Test
    void findsNothingWhereNothingHappened() {
        adopt();
        store.repository.setNotes(Namespace.ROOT, day(2), "notes are not signed");
        assertThat(findings()).isEmpty();
        assertThat(open().expected()).hasSize(13);
    }

    @Test
    void namesWhatWasRemovedAndWhatWasRolledBack() {
        adopt();
        store.repository.forget(Namespace.ROOT, day(3));
        assertThat(findings()).containsExactly("REMOVED " + day(3));
        store.repository.forget(Namespace.ROOT, day(5));
        assertThat(findings()).containsExactly("REMOVED " + day(3), "ROLLED_BACK " + day(5));
        store.repository.forgetGroup(Namespace.ROOT, GroupId.parse("ct/101"));
        assertThat(findings()).hasSize(3);
    }

    @Test
    void ourOwnRemovalsAreNotHeldAgainstAnybody() {
        adopt();
        store.repository.forget(Namespace.ROOT, day(3));
        open().forgotten(TestStore.key(), Namespace.ROOT, day(3));
        assertThat(findings()).isEmpty();
    }

    @Test
    void namesWhatWasReplaced() throws IOException {
        adopt();
        // Somebody puts the content of another day in place, under the right name.
        Path manifest = store.path.resolve(day(4).toString()).resolve("index.json.blob");
        Manifest other;
        try (SnapshotReader reader = store.repository.open(Namespace.ROOT, day(5))) {
            other = Snapshot.decodeManifest(reader.manifestBlob(), day(5));
        }
        Manifest forged = Manifest.unsigned(day(4), other.files());
        Files.write(manifest, dev.holdfast.crypto.BlobCodec.plain().encode(forged.encode(), true));
        assertThat(findings()).containsExactly("REPLACED " + day(4));
    }

    @Test
    void aChangedRemovedInsertedOrMovedRecordIsFound() throws IOException {
        adopt();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < 40; i++) {
            List<String> changed = new ArrayList<>(lines);
            int at = i % lines.size();
            switch (i % 4) {
                case 0 ->
                        changed.set(
                                at, lines.get(at).replace("host/", "hosT/").replace("vm/", "ct/"));
                case 1 -> changed.remove(Math.min(at, lines.size() - 2));
                case 2 -> changed.add(at, lines.get(at));
                default -> Collections.swap(changed, at, (at + 1) % lines.size());
            }
            if (changed.equals(lines)) {
                continue;
            }
            Files.write(file, changed);
            assertThatThrownBy(this::open).as("change %d", i).isInstanceOf(Damaged.class);
        }
        Files.write(file, lines);
        assertThat(open().records()).isEqualTo(13);
    }

    @Test
    void aRecordHalfWrittenByACrashIsDroppedAndOverwritten() throws IOException {
        adopt();
        Files.write(
                file, "{\"seq\":13,".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
        SnapshotLedger ledger = open();
        assertThat(ledger.records()).isEqualTo(13);
        ledger.forgotten(TestStore.key(), Namespace.ROOT, day(2));
        assertThat(open().records()).isEqualTo(14);
    }

    @Test
    void cuttingRecordsOffChangesTheHead() throws IOException {
        adopt();
        String head = open().head();
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, 10));
        assertThat(open().head()).isNotEqualTo(head);
    }

    @Test
    void twoWritersContinueOneChain() {
        adopt();
        SnapshotLedger first = open();
        SnapshotLedger second = open();
        first.forgotten(TestStore.key(), Namespace.ROOT, day(2));
        second.forgotten(TestStore.key(), Namespace.ROOT, day(3));
        first.forgotten(TestStore.key(), Namespace.ROOT, day(4));
        assertThat(open().expected()).hasSize(10);
        assertThat(store.repository.snapshots(Namespace.ROOT, FULL)).hasSize(5);
    }

    @Test
    void needsTheKeyThatSealedIt() {
        adopt();
        try (BackupKey other = BackupKey.random(0)) {
            assertThatThrownBy(() -> SnapshotLedger.open(file, new KeyRing(List.of(other))))
                    .isInstanceOf(BadKey.class);
        }
    }
}
