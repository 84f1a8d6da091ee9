package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A datastore directory with the locks that the server's sessions take in it. Thread-safe. */
final class StoreDirectory {
    private static final ObjectMapper JSON = new ObjectMapper();
    static final String MANIFEST = "index.json.blob";

    private final Path base;
    private final Set<Path> exclusive = new HashSet<>();
    private final Map<Path, Integer> shared = new HashMap<>();
    private int temporaries;

    StoreDirectory(Path base) {
        this.base = base;
    }

    Path namespace(Namespace namespace) {
        return base.resolve(namespace.path());
    }

    Path group(Namespace namespace, GroupId group) {
        return namespace(namespace).resolve(group.type().text()).resolve(group.id());
    }

    Path snapshot(Namespace namespace, SnapshotId snapshot) {
        return group(namespace, snapshot.group()).resolve(snapshot.timeText());
    }

    String relative(Path path) {
        return base.relativize(path).toString();
    }

    synchronized boolean lock(Path path) {
        return !shared.containsKey(path) && exclusive.add(path);
    }

    synchronized boolean isLocked() {
        return !exclusive.isEmpty();
    }

    synchronized void unlock(Path path) {
        exclusive.remove(path);
    }

    synchronized boolean lockShared(Path path) {
        if (exclusive.contains(path)) {
            return false;
        }
        shared.merge(path, 1, Integer::sum);
        return true;
    }

    synchronized void unlockShared(Path path) {
        shared.computeIfPresent(path, (p, n) -> n == 1 ? null : n - 1);
    }

    List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<GroupId> groups(Namespace namespace) {
        List<GroupId> found = new ArrayList<>();
        for (String type : List.of("vm", "host", "ct")) {
            for (String id : names(namespace(namespace).resolve(type))) {
                GroupId.tryParse(type + "/" + id).ifPresent(found::add);
            }
        }
        return found;
    }

    List<SnapshotId> snapshots(Namespace namespace, GroupId group) {
        List<SnapshotId> found = new ArrayList<>();
        for (String name : names(group(namespace, group))) {
            SnapshotId.parseTime(name).ifPresent(time -> found.add(group.at(time)));
        }
        return found;
    }

    String owner(Namespace namespace, GroupId group) {
        return new String(
                        read(group(namespace, group).resolve("owner"))
                                .orElseThrow(
                                        () -> Failure.bad("ENOENT: No such file or directory")),
                        java.nio.charset.StandardCharsets.UTF_8)
                .strip();
    }

    Optional<byte[]> read(Path file) {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Path file, byte[] content) {
        try {
            Path temporary;
            synchronized (this) {
                temporary = file.resolveSibling("written.tmp_" + temporaries++);
            }
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a snapshot, and the group if it was the last one. */
    void remove(Path snapshot) {
        removeTree(snapshot);
        Path group = snapshot.getParent();
        if (names(group).stream().noneMatch(name -> SnapshotId.parseTime(name).isPresent())) {
            removeTree(group);
        }
    }

    void removeTree(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            // Gone already.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path chunk(Digest digest) {
        String hex = digest.hex();
        return base.resolve(".chunks").resolve(hex.substring(0, 4)).resolve(hex);
    }

    /** Stores a chunk by the rules of §8.6; whether it was there already. */
    synchronized boolean insertChunk(Digest digest, byte[] blob) {
        Path file = chunk(digest);
        Optional<byte[]> there = read(file);
        if (there.isPresent() && there.get().length != blob.length) {
            BlobKind old = BlobKind.read(there.get(), there.get().length);
            BlobKind mine = BlobKind.read(blob, blob.length);
            if (mine == BlobKind.ENCRYPTED && old == BlobKind.ENCRYPTED) {
                throw Failure.bad(
                        "Overwriting existing (encrypted) chunk '" + digest + "' is not allowed!");
            }
            if (mine.encrypted() && !old.encrypted()) {
                throw Failure.bad(
                        "Overwriting unencrypted chunk '" + digest + "' with encrypted chunk");
            }
        }
        if (there.isEmpty()) {
            makeDirectory(file.getParent());
            write(file, blob);
        }
        return there.isPresent();
    }

    /** What the manifest of a snapshot says. */
    JsonNode manifest(Path snapshot) {
        try {
            return JSON.readTree(
                    BlobCodec.plain()
                            .decode(
                                    read(snapshot.resolve(MANIFEST))
                                            .orElseThrow(() -> Failure.bad("manifest not found"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
