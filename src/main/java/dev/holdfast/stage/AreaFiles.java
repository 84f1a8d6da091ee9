package dev.holdfast.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.format.LocalFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a staging area consists of on the disk.
 *
 * <pre>
 * area.json   {"format": 1, "id": …}; written last when an area is made
 * key         the area's key (32 random bytes), sealed under the backup key
 * lock        locked while the area is open
 * tree        see {@link BlockFile}, {@link Tree}
 * spool/      see {@link Spool}
 * reserve     see {@link Reserve}
 * </pre>
 *
 * <p>The tree and the frames of the spool are sealed under keys that are HMAC-SHA256 of the words
 * {@code tree} and {@code spool} under the area's key; chunks in the spool are sealed under the
 * backup key, as the repository wants them.
 */
final class AreaFiles {
    private static final int FORMAT = 1;
    private static final int KEY_BYTES = 32;
    private static final int MAX_FILE_BYTES = 64 << 10;

    private AreaFiles() {}

    /**
     * Removes what an interrupted creation left.
     *
     * @throws Refused if there is an area
     */
    static void clear(Disk disk) throws IOException {
        if (disk.exists("area.json")) {
            throw new Refused("there is a staging area already");
        }
        disk.delete("tree");
        disk.delete("reserve");
        for (String segment : disk.segments()) {
            disk.delete("spool/" + segment);
        }
    }

    /** Makes the key of a new area and stores it, wrapped. */
    static byte[] makeKey(Disk disk, KeyWrap wrap) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        writeFile(disk, "key", wrap.wrap(key.clone()));
        return key;
    }

    /** From here on there is an area. */
    static void complete(Disk disk) throws IOException {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("format", FORMAT);
        json.put("id", UUID.randomUUID().toString());
        writeFile(
                disk, "area.json", (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        disk.syncDirectories();
    }

    /** The key of the area that is there. */
    static byte[] key(Disk disk, KeyWrap wrap) throws IOException {
        LocalFormat.check("the staging area", format(readFile(disk, "area.json")), FORMAT);
        return wrap.unwrap(readFile(disk, "key"));
    }

    /** The version of an area; 0 if its file does not say. */
    private static long format(byte[] json) throws IOException {
        try {
            return new ObjectMapper().readTree(json).path("format").asLong();
        } catch (JsonProcessingException e) {
            return 0;
        }
    }

    /**
     * Locks the area.
     *
     * @throws Busy if it is open already
     */
    static AutoCloseable lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new Busy("the staging area in " + directory + " is in use", e);
        }
        channel.close();
        throw new Busy("the staging area in " + directory + " is in use by another process");
    }

    static void unlock(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            throw new HoldfastException("the staging area cannot be unlocked", e);
        }
    }

    /** The key for one use: HMAC-SHA256 of its name under the area's key. */
    static byte[] subkey(byte[] key, String use) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(use.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static void writeFile(Disk disk, String name, byte[] content) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
    }

    private static byte[] readFile(Disk disk, String name) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            long size = file.size();
            if (size == 0 || size > MAX_FILE_BYTES) {
                throw new Damaged("the staging area's file " + name + " is damaged or missing");
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            file.read(content, 0);
            return content.array();
        }
    }
}
