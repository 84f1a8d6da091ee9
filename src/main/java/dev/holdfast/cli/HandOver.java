package dev.holdfast.cli;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.MasterPrivateKey;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.Namespace;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the process at the terminal gives its driver: unlocked keys, and what it may have read from
 * a pipe or asked for, which the driver cannot.
 *
 * <pre>
 * int count, count x (int length, key file without passphrase)
 * int length, master key or nothing
 * repository, namespace, password, fingerprint: int length + 1 and UTF-8; 0 is none
 * </pre>
 *
 * @param location the repository as the user calls it
 * @param serverSecret password or token secret, if the repository is a server
 * @param fingerprint of the server's certificate, if one is pinned
 */
record HandOver(
        KeyRing keys,
        String location,
        Namespace namespace,
        Optional<String> serverSecret,
        Optional<String> fingerprint) {

    /** Writes it into a pipe to the driver. */
    void write(DataOutputStream out) throws IOException {
        List<BackupKey> all = keys.all();
        out.writeInt(all.size());
        for (BackupKey key : all) {
            KeyFile open =
                    KeyLock.lock(
                            key,
                            new Kdf.None(),
                            new byte[0],
                            Instant.now().getEpochSecond(),
                            Optional.empty());
            byte[] json = open.encode(ZoneOffset.UTC);
            out.writeInt(json.length);
            out.write(json);
            Arrays.fill(json, (byte) 0);
            Arrays.fill(open.data(), (byte) 0);
        }
        byte[] master = keys.master().map(MasterPrivateKey::encode).orElse(new byte[0]);
        out.writeInt(master.length);
        out.write(master);
        Arrays.fill(master, (byte) 0);
        writeText(out, Optional.of(location));
        writeText(out, Optional.of(namespace.toString()));
        writeText(out, serverSecret);
        writeText(out, fingerprint);
    }

    private static void writeText(DataOutputStream out, Optional<String> text) throws IOException {
        if (text.isEmpty()) {
            out.writeInt(0);
            return;
        }
        byte[] bytes = text.get().getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length + 1);
        out.write(bytes);
        Arrays.fill(bytes, (byte) 0);
    }

    /** Reads it, in the driver. */
    static HandOver read(DataInputStream in) throws IOException {
        List<BackupKey> keys = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            byte[] json = in.readNBytes(in.readInt());
            keys.add(
                    KeyLock.unlock(
                            KeyStorage.parse(new ByteArrayInputStream(json), "handed over"),
                            "handed over",
                            () -> new byte[0]));
            Arrays.fill(json, (byte) 0);
        }
        Optional<MasterPrivateKey> master = Optional.empty();
        byte[] encoded = in.readNBytes(in.readInt());
        if (encoded.length > 0) {
            master = Optional.of(MasterPrivateKey.decode(encoded, "handed over"));
            Arrays.fill(encoded, (byte) 0);
        }
        return new HandOver(
                new KeyRing(keys, master),
                readText(in).orElseThrow(() -> new IOException("no repository")),
                Namespace.parse(readText(in).orElseThrow(() -> new IOException("no namespace"))),
                readText(in),
                readText(in));
    }

    private static Optional<String> readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == 0) {
            return Optional.empty();
        }
        byte[] bytes = in.readNBytes(length - 1);
        String text = new String(bytes, StandardCharsets.UTF_8);
        Arrays.fill(bytes, (byte) 0);
        return Optional.of(text);
    }
}
