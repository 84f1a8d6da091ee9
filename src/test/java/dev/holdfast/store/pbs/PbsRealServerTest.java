package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.MemoryTree;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Against the server that {@code HOLDFAST_TEST_PBS} names, with {@code PBS_PASSWORD} and {@code
 * PBS_FINGERPRINT}. Makes a group of its own and removes it.
 */
@EnabledIfEnvironmentVariable(named = "HOLDFAST_TEST_PBS", matches = ".+")
class PbsRealServerTest {
    private final BackupKey key = BackupKey.random(1);
    private final long now = Instant.now().getEpochSecond();
    private final GroupId group = GroupId.parse("host/holdfast-test-" + now);

    @Test
    void writesVerifiesReadsAndRemoves() {
        ServerAccess access =
                ServerAccess.of(
                        RepositoryAddress.parse(System.getenv("HOLDFAST_TEST_PBS")),
                        System.getenv(),
                        SecretSources.ofProcess(),
                        Optional.empty());
        byte[] content = OnServer.random(now, 30_000_000);
        try (PbsRepository repository = new PbsRepository(access)) {
            backUp(repository, now, content);
            backUp(repository, now + 1, content);
            List<String> log = new ArrayList<>();
            assertThat(repository.startVerify(Namespace.ROOT, group.at(now + 1)).follow(log::add))
                    .as(String.join("\n", log))
                    .isEqualTo("OK");
            try (Snapshot snapshot =
                    Snapshot.open(
                            repository.open(Namespace.ROOT, group.at(now + 1)),
                            new KeyRing(List.of(key)),
                            new ChunkCache(32 << 20))) {
                ArchiveReader archive = snapshot.archive("root.pxar");
                Entry file =
                        archive.lookupPath("/file".getBytes(StandardCharsets.UTF_8)).orElseThrow();
                ByteSource source = archive.content(file);
                byte[] read = new byte[content.length];
                source.read(0, read, 0, read.length);
                assertThat(read).isEqualTo(content);
            }
            repository.protect(Namespace.ROOT, group.at(now), true);
            assertThat(repository.snapshots(Namespace.ROOT, group).get(0).isProtected()).isTrue();
            repository.protect(Namespace.ROOT, group.at(now), false);
            repository.forget(Namespace.ROOT, group.at(now));
            repository.forget(Namespace.ROOT, group.at(now + 1));
            assertThat(repository.groups(Namespace.ROOT)).doesNotContain(group);
        }
    }

    private void backUp(PbsRepository repository, long time, byte[] content) {
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository,
                        Namespace.ROOT,
                        group.at(time),
                        new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false),
                        2)) {
            builder.tree(
                    "root.pxar",
                    MemoryTree.of(Map.of("file", content)),
                    builder.base("root.pxar"),
                    Optional.empty(),
                    ArchiveListener.NONE);
            builder.image("disk.img", MemoryTree.content(content));
            builder.finish(Optional.of("made by a test"));
        }
    }
}
