package dev.holdfast.upkeep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.LocalFormat;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Which snapshots there must be, in a file that nobody without the key can change unnoticed. Kept
 * away from the repository, it shows what a server removed, replaced or rolled back. Append-only
 * text, one record per line:
 *
 * <pre>
 * JSON ' ' MAC '\n'
 * JSON  {"seq":n,"op":"commit"|"forget","ns":…,"snapshot":…,"manifest":…,"time":…,"key":…,"prev":…}
 *   manifest  SHA-256 of the manifest's canonical bytes (keys.md §7.2): all that is signed
 *   time      Unix seconds of the record
 *   key       fingerprint of the key that sealed it
 *   prev      SHA-256 of the whole line before, "" in the first one
 *   v         version of the record; not there in version 1. A newer one is refused
 * MAC   HMAC-SHA256 under the key's id key over "holdfast ledger 1\n" ‖ JSON, hex
 * </pre>
 *
 * <p>A manifest's signature is made with the same id key, but its text begins with a brace, so that
 * neither can pass for the other. A last line without its line feed was cut by a crash and does not
 * count. Whole records cut off at the end cannot be seen from the file alone: compare {@link #head}
 * with a copy of it. For one thread.
 */
public final class SnapshotLedger {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION = 1;
    private static final String SEAL = "holdfast ledger " + VERSION + "\n";
    private static final long MAX_FILE_BYTES = 256L << 20;
    private static final long WAIT_NANOS = 10_000_000_000L;

    private final Path file;
    private final KeyRing keys;
    private final Map<Name, Digest> expected = new LinkedHashMap<>();
    private long records;
    private long lengthBytes;
    private String head = "";

    private SnapshotLedger(Path file, KeyRing keys) {
        this.file = file;
        this.keys = keys;
    }

    /** A snapshot of a namespace. */
    public record Name(Namespace namespace, SnapshotId snapshot) {
        @Override
        public String toString() {
            return namespace.isRoot() ? snapshot.toString() : namespace + ":" + snapshot;
        }
    }

    /**
     * Reads and checks a ledger; one that is not there is empty.
     *
     * @throws Damaged if a record was changed, removed or inserted
     * @throws BadKey if the key of a record is not at hand
     * @throws dev.holdfast.Refused if a newer version of this program has written into it
     */
    public static SnapshotLedger open(Path file, KeyRing keys) {
        SnapshotLedger ledger = new SnapshotLedger(file, keys);
        ledger.read();
        return ledger;
    }

    private void read() {
        expected.clear();
        records = 0;
        lengthBytes = 0;
        head = "";
        byte[] bytes;
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new Damaged(file + " is too long to be a ledger");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new Unreachable("cannot read " + file + ": " + e.getMessage(), e);
        }
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] == '\n') {
                record(new String(bytes, start, end - start, StandardCharsets.UTF_8));
                head = Sha256.of(bytes, start, end + 1 - start).hex();
                start = end + 1;
                lengthBytes = start;
            }
        }
    }

    private void record(String line) {
        int space = line.lastIndexOf(' ');
        try {
            if (space < 0) {
                throw new FormatException("it has no seal");
            }
            String text = line.substring(0, space);
            JsonNode json = JSON.readTree(text);
            LocalFormat.check("ledger " + file, json.path("v").asLong(VERSION), VERSION);
            Fingerprint key = Fingerprint.parse(json.path("key").asText());
            BackupKey sealer =
                    keys.find(key)
                            .orElseThrow(
                                    () ->
                                            new BadKey(
                                                    "ledger "
                                                            + file
                                                            + " is sealed with key "
                                                            + key.shortForm()
                                                            + ", which is not at hand"));
            if (!sealer.verifies(sealed(text), line.substring(space + 1))) {
                throw new FormatException("its seal is wrong");
            }
            if (json.path("seq").asLong(-1) != records
                    || !json.path("prev").asText("?").equals(head)) {
                throw new FormatException("records before it were removed or inserted");
            }
            Name name =
                    new Name(
                            Namespace.parse(json.path("ns").asText()),
                            SnapshotId.parse(json.path("snapshot").asText()));
            if (json.path("op").asText().equals("commit")) {
                expected.put(name, Digest.parse(json.path("manifest").asText()));
            } else {
                expected.remove(name);
            }
        } catch (FormatException | IllegalArgumentException | JsonProcessingException e) {
            throw new Damaged(
                    "ledger "
                            + file
                            + ", line "
                            + (records + 1)
                            + ": "
                            + e.getMessage()
                            + "; somebody changed it",
                    e);
        }
        records++;
    }

    private static byte[] sealed(String json) {
        return (SEAL + json).getBytes(StandardCharsets.UTF_8);
    }

    /** SHA-256 of the last record, to be noted elsewhere; empty if there is none. */
    public String head() {
        return head;
    }

    /** How many records there are. */
    public long records() {
        return records;
    }

    /** What must be there: the digest of its signed part by snapshot. */
    public Map<Name, Digest> expected() {
        return Map.copyOf(expected);
    }

    /** The digest that the ledger keeps of a manifest. */
    public static Digest digest(Manifest manifest) {
        return Sha256.of(manifest.canonicalBytes());
    }

    /** Notes that a snapshot was made. Durable when it returns. */
    public void committed(BackupKey key, Namespace namespace, Manifest manifest) {
        append(key, "commit", new Name(namespace, manifest.snapshot()), digest(manifest).hex());
    }

    /** Notes that a snapshot was removed on purpose; nothing if the ledger does not know it. */
    public void forgotten(BackupKey key, Namespace namespace, SnapshotId snapshot) {
        Name name = new Name(namespace, snapshot);
        if (expected.containsKey(name)) {
            append(key, "forget", name, "");
        }
    }

    @SuppressWarnings("try") // The lock is held, not used.
    private void append(BackupKey key, String operation, Name name, String manifest) {
        try (FileLock lock = lock();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() != lengthBytes) {
                // Another process has written, or a crash has left half a record.
                read();
                channel.truncate(lengthBytes);
            }
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("seq", records).put("op", operation);
            json.put("ns", name.namespace().toString());
            json.put("snapshot", name.snapshot().toString()).put("manifest", manifest);
            json.put("time", Instant.now().getEpochSecond());
            json.put("key", key.fingerprint().longForm()).put("prev", head);
            String text = json.toString();
            byte[] line =
                    (text + " " + key.sign(sealed(text)) + "\n").getBytes(StandardCharsets.UTF_8);
            ByteBuffer buffer = ByteBuffer.wrap(line);
            for (long at = lengthBytes; buffer.hasRemaining(); ) {
                at += channel.write(buffer, at);
            }
            channel.force(true);
            if (operation.equals("commit")) {
                expected.put(name, Digest.parse(manifest));
            } else {
                expected.remove(name);
            }
            records++;
            lengthBytes += line.length;
            head = Sha256.of(line).hex();
        } catch (IOException e) {
            throw new Unreachable("cannot write ledger " + file + ": " + e.getMessage(), e);
        }
    }

    private FileLock lock() {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (true) {
            Optional<FileLock> lock =
                    FileLock.tryLock(
                            file.toString().getBytes(StandardCharsets.UTF_8),
                            FileLock.Kind.EXCLUSIVE);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new Busy("ledger " + file + " is in use; try again");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
