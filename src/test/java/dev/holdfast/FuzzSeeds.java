package dev.holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.Keys;
import dev.holdfast.crypto.paper.PaperCopy;
import dev.holdfast.crypto.paper.PaperHtml;
import dev.holdfast.crypto.paper.PaperText;
import dev.holdfast.format.KeyShare;
import dev.holdfast.snapshot.ArchiveSeeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes what fuzzing starts from, a directory for each target: what the official client made,
 * where that is at hand ({@link Golden}), and what we make ourselves.
 */
public final class FuzzSeeds {
    private static final int MAX_SEED_BYTES = 16 << 10;
    private static final int INDEX_HEADER_PART = 80;

    private final Path into;

    private FuzzSeeds(Path into) {
        this.into = into;
    }

    /** Takes the directory to write to. */
    public static void main(String[] arguments) {
        FuzzSeeds seeds = new FuzzSeeds(Path.of(arguments[0]));
        seeds.ours();
        try {
            seeds.golden();
        } catch (RuntimeException e) {
            System.err.println("no seeds of the official client: " + e.getMessage());
        }
    }

    private void ours() {
        ArchiveSeeds.split().forEach((name, bytes) -> put("SplitArchive", name, bytes));
        ArchiveSeeds.unified().forEach((name, bytes) -> put("UnifiedArchive", name, bytes));
        byte[] text = "Sat on a wall. ".repeat(40).getBytes(UTF_8);
        for (boolean compress : new boolean[] {false, true}) {
            put("Blob", "plain-" + compress, BlobCodec.plain().encode(text, compress));
            put(
                    "Blob",
                    "sealed-" + compress,
                    BlobCodec.encrypting(Keys.k0()).encode(text, compress));
        }
        byte[] compressed = BlobCodec.plain().encode(text, true);
        put("Blob", "frame", Arrays.copyOfRange(compressed, 12, compressed.length));
        for (KeyShare share : KeySplitting.split(Keys.k0(), 2, 3)) {
            put("KeyShare", "share-" + share.number(), share.encode());
            PaperCopy copy = PaperCopy.of(share);
            byte[] page = PaperText.of(List.of(copy), Optional.empty()).getBytes(UTF_8);
            put("Paper", "share-" + share.number(), withoutBlocks(page));
            put(
                    "Paper",
                    "share-html-" + share.number(),
                    PaperHtml.of(List.of(copy), Optional.empty()).getBytes(UTF_8));
        }
        List<String> names =
                List.of(
                        "host/web1/2026-11-24T08:00:00Z",
                        "vm/100",
                        "ct/4294967296",
                        "a/b/c",
                        "root.pxar",
                        "root.mpxar.didx",
                        "drive-scsi0.img",
                        "1970-01-01T00:00:01Z");
        List<String> patterns =
                List.of(
                        "*.o\na/b.o",
                        "!/a/**/c/\na/b/c",
                        "**/x[a-z]?\\*\nq/xby*",
                        "[!a]*[]-]\nb-",
                        "a/../b/./c\nb/c");
        for (int i = 0; i < names.size(); i++) {
            put("Names", "name-" + i, names.get(i).getBytes(UTF_8));
        }
        for (int i = 0; i < patterns.size(); i++) {
            put("ExcludePattern", "pattern-" + i, patterns.get(i).getBytes(UTF_8));
        }
        byte[] record = new byte[40];
        for (int type = 0; type < 6; type++) {
            Arrays.fill(record, (byte) 7);
            record[0] = (byte) type;
            put("StageRecords", "type-" + type, record);
        }
        byte[] acl = new byte[4 + 8 * 5];
        acl[0] = 2;
        int[] tags = {1, 2, 4, 0x10, 0x20};
        for (int i = 0; i < tags.length; i++) {
            acl[4 + 8 * i] = (byte) tags[i];
            acl[4 + 8 * i + 2] = (byte) (7 - i);
        }
        put("PosixAcl", "named-user", acl);
    }

    private void golden() {
        Path golden = Golden.dir();
        each(golden.resolve("keys"), "json", f -> put("KeyFile", f, golden.resolve("keys")));
        each(golden.resolve("keys"), "txt", f -> put("Paper", f, golden.resolve("keys")));
        Path manifests = golden.resolve("decoded").resolve("manifest");
        each(manifests, "json", f -> put("Manifest", f, manifests));
        each(Golden.decodedStreams(), "pcat1", f -> put("Catalog", f, Golden.decodedStreams()));
        try (Stream<Path> files = Files.walk(Golden.store())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = Golden.store().relativize(file).toString().replace('/', '_');
                byte[] bytes = Files.readAllBytes(file);
                if (name.endsWith(".blob")) {
                    put("Blob", name, bytes);
                } else if (name.endsWith("didx")) {
                    put("DynamicIndex", name, withoutPadding(bytes));
                } else if (name.endsWith("fidx")) {
                    put("FixedIndex", name, withoutPadding(bytes));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Map.Entry<String, byte[]> archive : small(Golden.decodedStreams()).entrySet()) {
            put("SplitArchive", archive.getKey(), archive.getValue());
        }
    }

    /** The split archive that is small enough, in the form of its target. */
    private static Map<String, byte[]> small(Path streams) {
        byte[] metadata = bytes(streams.resolve("ct_101_2026-01-01T000000Z_mp0.mpxar"));
        byte[] payload = bytes(streams.resolve("ct_101_2026-01-01T000000Z_mp0.ppxar"));
        byte[] input = new byte[2 + metadata.length + payload.length];
        input[0] = (byte) payload.length;
        input[1] = (byte) (payload.length >> 8);
        System.arraycopy(metadata, 0, input, 2, metadata.length);
        System.arraycopy(payload, 0, input, 2 + metadata.length, payload.length);
        return Map.of("mp0", input);
    }

    private static byte[] withoutPadding(byte[] index) {
        byte[] input = new byte[index.length - 4096 + INDEX_HEADER_PART];
        System.arraycopy(index, 0, input, 0, INDEX_HEADER_PART);
        System.arraycopy(index, 4096, input, INDEX_HEADER_PART, index.length - 4096);
        return input;
    }

    /** QR codes drawn with blocks are not read back, and are most of the page. */
    private static byte[] withoutBlocks(byte[] page) {
        return new String(page, UTF_8).replaceAll("[\u2580-\u259f ]+\n", "").getBytes(UTF_8);
    }

    private interface Taker {
        void take(String fileName);
    }

    private static void each(Path directory, String extension, Taker taker) {
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("." + extension))
                    .forEach(taker::take);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String target, String name, Path directory) {
        byte[] content = bytes(directory.resolve(name));
        put(target, name, target.equals("Paper") ? withoutBlocks(content) : content);
    }

    private void put(String target, String name, byte[] bytes) {
        if (bytes.length > MAX_SEED_BYTES) {
            return;
        }
        try {
            Files.createDirectories(into.resolve(target));
            Files.write(into.resolve(target).resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
