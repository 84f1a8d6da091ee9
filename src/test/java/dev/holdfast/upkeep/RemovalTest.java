package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Busy;
import dev.holdfast.Golden;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.SnapshotReader;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemovalTest {
    private static final SnapshotId PROTECTED = SnapshotId.parse("host/full/2026-01-01T00:00:00Z");
    private static final SnapshotId FULL_2 = SnapshotId.parse("host/full/2026-01-02T00:00:00Z");
    private static final GroupId FULL = FULL_2.group();
    private static final SnapshotId CONTAINER = SnapshotId.parse("ct/101/2026-01-01T00:00:00Z");

    private TestStore store;

    @BeforeEach
    void copyGolden() throws IOException {
        store = TestStore.golden();
    }

    @AfterEach
    void remove() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    private void assertClean() throws IOException {
        store.assertIndependentlyClean(
                Golden.dir().resolve("keys/key1-none.json"),
                Golden.dir().resolve("keys/key2-changed-to-none.json"));
    }

    @Test
    void forgetsASnapshot() throws IOException {
        store.repository.forget(Namespace.ROOT, FULL_2);
        assertThat(store.repository.snapshots(Namespace.ROOT, FULL)).hasSize(4);
        assertThat(store.path.resolve(FULL_2.toString())).doesNotExist();
        assertClean();
    }

    @Test
    void theLastSnapshotTakesItsGroupAlong() throws IOException {
        store.repository.setGroupNotes(Namespace.ROOT, CONTAINER.group(), "web");
        store.repository.forget(Namespace.ROOT, CONTAINER);
        assertThat(store.path.resolve("ct/101")).doesNotExist();
        assertClean();
    }

    @Test
    void refusesProtectedSnapshotsUntilTheyAreNot() {
        assertThatThrownBy(() -> store.repository.forget(Namespace.ROOT, PROTECTED))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("protected");
        assertThatThrownBy(() -> store.repository.forgetGroup(Namespace.ROOT, FULL))
                .isInstanceOf(Refused.class);
        assertThat(store.repository.snapshots(Namespace.ROOT, FULL)).hasSize(5);
        store.repository.protect(Namespace.ROOT, PROTECTED, false);
        store.repository.forgetGroup(Namespace.ROOT, FULL);
        assertThat(store.repository.groups(Namespace.ROOT)).doesNotContain(FULL);
    }

    @Test
    void refusesSnapshotsThatAreBeingRead() {
        try (SnapshotReader reader = store.repository.open(Namespace.ROOT, FULL_2)) {
            assertThatThrownBy(() -> store.repository.forget(Namespace.ROOT, reader.id()))
                    .isInstanceOf(Busy.class);
            assertThatThrownBy(() -> store.repository.protect(Namespace.ROOT, FULL_2, true))
                    .isInstanceOf(Busy.class);
            // Notes do not disturb a reader.
            store.repository.setNotes(Namespace.ROOT, FULL_2, "while reading");
        }
        store.repository.forget(Namespace.ROOT, FULL_2);
    }

    @Test
    void saysWhatDoesNotExist() {
        SnapshotId nobody = SnapshotId.parse("host/nobody/2026-01-01T00:00:00Z");
        assertThatThrownBy(() -> store.repository.forget(Namespace.ROOT, nobody))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.repository.setNotes(Namespace.ROOT, nobody, "x"))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.repository.protect(Namespace.ROOT, nobody, true))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.repository.forgetGroup(Namespace.ROOT, nobody.group()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.repository.groupNotes(Namespace.ROOT, nobody.group()))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> store.repository.deleteNamespace(Namespace.parse("x/y"), false))
                .isInstanceOf(NotFound.class);
        assertThat(store.path.resolve("host/nobody")).doesNotExist();
    }

    private Manifest manifest(SnapshotId id) {
        try (SnapshotReader reader = store.repository.open(Namespace.ROOT, id)) {
            return Snapshot.decodeManifest(reader.manifestBlob(), id);
        }
    }

    @Test
    void notesKeepTheSignatureAndEverythingElse() throws IOException {
        Manifest before = manifest(FULL_2);
        store.repository.setNotes(Namespace.ROOT, FULL_2, "zweite Zeile\nübrig");
        Manifest after = manifest(FULL_2);
        assertThat(after.notes()).hasValue("zweite Zeile\nübrig");
        assertThat(after.withUnprotected("notes", before.unprotected().get("notes")))
                .isEqualTo(before);
        store.repository.setNotes(Namespace.ROOT, FULL_2, "");
        assertThat(manifest(FULL_2).notes()).isEmpty();
        assertClean();
    }

    @Test
    void groupsHaveNotesAndOwners() throws IOException {
        assertThat(store.repository.groupNotes(Namespace.ROOT, FULL)).isEmpty();
        store.repository.setGroupNotes(Namespace.ROOT, FULL, "büro\n");
        assertThat(store.repository.groupNotes(Namespace.ROOT, FULL)).hasValue("büro\n");
        store.repository.setGroupNotes(Namespace.ROOT, FULL, "");
        assertThat(store.path.resolve("host/full/notes")).doesNotExist();
        store.repository.setOwner(Namespace.ROOT, FULL, "a.b@pbs!tok-1");
        assertThat(store.repository.owner(Namespace.ROOT, FULL)).hasValue("a.b@pbs!tok-1");
        assertThat(Files.readString(store.path.resolve("host/full/owner")))
                .isEqualTo("a.b@pbs!tok-1\n");
        for (String bad :
                new String[] {"", "root", "a b@pbs", "a@x", "a@pbs!", "a:b@pbs", "a@pbs\n"}) {
            assertThatThrownBy(() -> store.repository.setOwner(Namespace.ROOT, FULL, bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertClean();
    }

    @Test
    void removesNamespacesOnlyWithPermission() throws IOException {
        Namespace a = Namespace.parse("a");
        assertThatThrownBy(() -> store.repository.deleteNamespace(Namespace.ROOT, true))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store.repository.deleteNamespace(a, false))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("host/nested");
        SnapshotId nested = SnapshotId.parse("host/nested/2026-01-01T00:00:00Z");
        Namespace ab = Namespace.parse("a/b");
        store.repository.protect(ab, nested, true);
        assertThatThrownBy(() -> store.repository.deleteNamespace(a, true))
                .isInstanceOf(Refused.class);
        assertThat(store.repository.snapshots(ab, nested.group())).hasSize(1);
        store.repository.protect(ab, nested, false);
        store.repository.deleteNamespace(a, true);
        assertThat(store.repository.namespaces()).containsExactly(Namespace.ROOT);
        store.repository.createNamespace(Namespace.parse("x/y/z"));
        store.repository.deleteNamespace(Namespace.parse("x"), false);
        assertThat(store.repository.namespaces()).containsExactly(Namespace.ROOT);
        assertClean();
    }

    @Test
    void strangeFilesInNamespacesAreNotRemoved() throws IOException {
        Namespace x = Namespace.parse("x");
        store.repository.createNamespace(x);
        Files.writeString(store.path.resolve("ns/x/precious"), "?");
        assertThatThrownBy(() -> store.repository.deleteNamespace(x, true))
                .isInstanceOf(Refused.class);
        assertThat(store.path.resolve("ns/x/precious")).exists();
    }

    @Test
    void anInterruptedRemovalLeavesNothingThatLooksFinished() throws IOException {
        // The manifest goes first; what is left is unfinished, and prune removes it.
        Files.delete(store.path.resolve(FULL_2.toString()).resolve("index.json.blob"));
        assertThat(store.repository.snapshots(Namespace.ROOT, FULL).get(1).finished()).isFalse();
        store.repository.forget(Namespace.ROOT, FULL_2);
        assertThat(store.verify(KeyRing.empty(), VerifyOptions.everything()).problems()).isEmpty();
    }
}
