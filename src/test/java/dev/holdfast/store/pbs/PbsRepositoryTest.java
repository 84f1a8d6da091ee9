package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.SnapshotEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What goes over REST. */
class PbsRepositoryTest extends OnServer {
    private static final Map<String, byte[]> SMALL = Map.of("a", new byte[] {1});

    @Test
    void listsNamespacesParentsFirst() {
        PbsRepository repository = repository();
        repository.createNamespace(Namespace.parse("b"));
        repository.createNamespace(Namespace.parse("a/c"));
        repository.createNamespace(Namespace.parse("a/c"));
        assertThat(repository.namespaces())
                .containsExactly(
                        Namespace.ROOT,
                        Namespace.parse("a"),
                        Namespace.parse("a/c"),
                        Namespace.parse("b"));
    }

    @Test
    void saysThatANamespaceIsMissing() {
        PbsRepository repository = repository();
        Namespace missing = Namespace.parse("nope");
        assertThatThrownBy(() -> repository.groups(missing)).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> repository.create(missing, GROUP.at(FIRST)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("create the namespace");
    }

    @Test
    void saysThatTheDatastoreIsMissing() {
        ServerAccess access = tokenAccess();
        RepositoryAddress other =
                new RepositoryAddress(
                        access.address().authId(), "127.0.0.1", server.port(), "other");
        PbsRepository repository = repository(with(access, other));
        assertThatThrownBy(() -> repository.groups(Namespace.ROOT))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("no such datastore 'other'");
        assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void listsSnapshotsOldestFirst() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        backUp(repository, FIRST + 5, SMALL);
        repository.protect(Namespace.ROOT, GROUP.at(FIRST), true);
        assertThat(repository.groups(Namespace.ROOT)).containsExactly(GROUP);
        assertThat(repository.snapshots(Namespace.ROOT, GROUP))
                .containsExactly(
                        new SnapshotEntry(GROUP.at(FIRST), true, true),
                        new SnapshotEntry(GROUP.at(FIRST + 5), true, false));
        assertThat(repository.snapshots(Namespace.ROOT, GroupId.parse("vm/100"))).isEmpty();
        assertThat(repository.owner(Namespace.ROOT, GROUP)).contains("backup@pbs!laptop");
        assertThat(repository.owner(Namespace.ROOT, GroupId.parse("vm/100"))).isEmpty();
    }

    @Test
    void keepsLongNotesAndTheSignature() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        String notes = "ünïcode 🎉\n".repeat(2000);
        repository.setNotes(Namespace.ROOT, GROUP.at(FIRST), notes);
        try (Snapshot snapshot = open(repository, FIRST)) {
            assertThat(snapshot.manifest().notes()).contains(notes);
        }
    }

    @Test
    void forgetsWhatIsNotProtected() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        repository.protect(Namespace.ROOT, GROUP.at(FIRST), true);
        assertThatThrownBy(() -> repository.forget(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("protected");
        repository.protect(Namespace.ROOT, GROUP.at(FIRST), false);
        repository.forget(Namespace.ROOT, GROUP.at(FIRST));
        assertThat(repository.groups(Namespace.ROOT)).isEmpty();
        assertThatThrownBy(() -> repository.forget(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void removesAGroupUnlessASnapshotIsProtected() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        backUp(repository, FIRST + 1, SMALL);
        repository.protect(Namespace.ROOT, GROUP.at(FIRST + 1), true);
        assertThatThrownBy(() -> repository.forgetGroup(Namespace.ROOT, GROUP))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(GROUP.at(FIRST + 1).toString());
        assertThat(repository.snapshots(Namespace.ROOT, GROUP)).hasSize(2);
        repository.protect(Namespace.ROOT, GROUP.at(FIRST + 1), false);
        repository.forgetGroup(Namespace.ROOT, GROUP);
        assertThat(repository.groups(Namespace.ROOT)).isEmpty();
    }

    @Test
    void removesANamespaceWithGroupsOnlyIfTold() throws Exception {
        PbsRepository repository = repository();
        Namespace inner = Namespace.parse("a/b");
        repository.createNamespace(inner);
        repository.createNamespace(Namespace.parse("ab"));
        try (var writer = repository.create(inner, GroupId.parse("host/x").at(FIRST))) {
            assertThatThrownBy(() -> repository.deleteNamespace(Namespace.parse("a"), false))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("a/b:" + writer.id().group());
        }
        awaitNobodyWrites();
        assertThatThrownBy(() -> repository.deleteNamespace(Namespace.ROOT, true))
                .isInstanceOf(Refused.class);
        repository.deleteNamespace(Namespace.parse("a"), true);
        assertThat(repository.namespaces()).containsExactly(Namespace.ROOT, Namespace.parse("ab"));
    }

    @Test
    void changesNotesAndOwnerOfAGroup() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        assertThat(repository.groupNotes(Namespace.ROOT, GROUP)).isEmpty();
        repository.setGroupNotes(Namespace.ROOT, GROUP, "ours");
        assertThat(repository.groupNotes(Namespace.ROOT, GROUP)).contains("ours");
        repository.setOwner(Namespace.ROOT, GROUP, "backup@pbs");
        assertThat(repository.owner(Namespace.ROOT, GROUP)).contains("backup@pbs");
        assertThatThrownBy(() -> repository.setOwner(Namespace.ROOT, GROUP, "nobody"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> repository.setOwner(Namespace.ROOT, GROUP, "other@pbs"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("non-existent");
    }

    @Test
    void addsALogOnce() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, SMALL);
        byte[] log = BlobCodec.plain().encode("log\n".getBytes(StandardCharsets.UTF_8), false);
        try (Snapshot snapshot = open(repository, FIRST)) {
            assertThat(snapshot.reader().clientLogBlob()).isEmpty();
            repository.addClientLog(Namespace.ROOT, GROUP.at(FIRST), log);
            assertThat(snapshot.reader().clientLogBlob()).isEqualTo(log);
        }
        assertThatThrownBy(() -> repository.addClientLog(Namespace.ROOT, GROUP.at(FIRST), log))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("already contains a log");
    }

    @Test
    void followsATaskToItsEnd() {
        List<String> lines = new ArrayList<>();
        ServerTask task = repository().startGarbageCollection();
        assertThat(task.follow(lines::add)).isEqualTo("OK");
        assertThat(task.id()).startsWith("UPID:").contains(":gc:");
        assertThat(lines).hasSize(700).startsWith("line 1").endsWith("line 700");
    }
}
