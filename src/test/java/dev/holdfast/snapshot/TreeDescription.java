package dev.holdfast.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Golden;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.StatFlags;
import dev.holdfast.format.pxar.Xattr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree as text, one line per path: from a golden manifest, or from an archive. Paths are written
 * in hexadecimal, as names are bytes.
 */
final class TreeDescription {
    private static final HexFormat HEX = HexFormat.of();

    private final Map<String, String> lines = new TreeMap<>();

    private TreeDescription() {}

    Map<String, String> lines() {
        return lines;
    }

    /** The subtree of a golden manifest; {@code ""} is all of it. */
    static TreeDescription ofManifest(String name, String subtree, boolean withDigests) {
        TreeDescription tree = new TreeDescription();
        byte[] text =
                Golden.gunzstd(Golden.dir().resolve("manifests").resolve(name + ".jsonl.zst"));
        ObjectMapper json = new ObjectMapper();
        String prefix = hex(subtree.isEmpty() ? "" : subtree + "/");
        for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
            JsonNode o = parse(json, line);
            String path = o.get("path").asText();
            String key = o.has("path_hex") ? o.get("path_hex").asText() : hex(path);
            if (path.equals(".") && subtree.isEmpty()) {
                key = "";
            } else if (path.equals(subtree)) {
                key = "";
            } else if (key.startsWith(prefix) && !path.equals(".")) {
                key = key.substring(prefix.length());
            } else {
                continue;
            }
            tree.lines.put(key, ofManifestLine(o, withDigests));
        }
        return tree;
    }

    private static String ofManifestLine(JsonNode o, boolean withDigests) {
        StringBuilder s = new StringBuilder();
        s.append(o.get("type").asText()).append(" mode ").append(o.get("mode").asText());
        s.append(" owner ").append(o.get("uid").asLong()).append(':').append(o.get("gid").asLong());
        s.append(" mtime ").append(o.get("mtime_ns").asText());
        if (o.has("size")) {
            s.append(" size ").append(o.get("size").asLong());
            s.append(" links ").append(o.has("nlink") ? o.get("nlink").asInt() : 1);
            if (withDigests) {
                s.append(' ').append(o.get("sha256").asText());
            }
        }
        if (o.has("target")) {
            s.append(" target ").append(o.get("target").asText());
        }
        if (o.has("rdev")) {
            s.append(" device ").append(o.get("rdev").asText());
        }
        Map<String, String> xattrs = new TreeMap<>();
        if (o.has("xattrs")) {
            o.get("xattrs")
                    .properties()
                    .forEach(f -> xattrs.put(f.getKey(), f.getValue().asText()));
        }
        s.append(' ').append(xattrs);
        s.append(" flags ").append(o.has("flags") ? o.get("flags").asText() : "0x0");
        return s.toString();
    }

    /** All of an archive, found by listing its directories. */
    static TreeDescription ofArchive(ArchiveReader archive, boolean withDigests) {
        TreeDescription tree = new TreeDescription();
        LinkCounts counts = LinkCounts.of(archive);
        tree.lines.put("", ofEntry(archive, archive.root().entry(), counts, withDigests));
        tree.addChildren(archive, archive.root(), "", counts, withDigests);
        return tree;
    }

    private void addChildren(
            ArchiveReader archive,
            DirectoryReader directory,
            String prefix,
            LinkCounts counts,
            boolean withDigests) {
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            Entry e = listing.next();
            String path = prefix + HEX.formatHex(e.name());
            lines.put(path, ofEntry(archive, e, counts, withDigests));
            if (e.isDirectory()) {
                addChildren(archive, archive.open(e), path + hex("/"), counts, withDigests);
            }
        }
    }

    private static String ofEntry(
            ArchiveReader archive, Entry e, LinkCounts counts, boolean withDigests) {
        Stat stat = e.metadata().stat();
        StringBuilder s = new StringBuilder();
        s.append(letter(e.mode()));
        s.append(String.format(" mode %04o", stat.permissions()));
        s.append(" owner ").append(Integer.toUnsignedLong(stat.uid()));
        s.append(':').append(Integer.toUnsignedLong(stat.gid()));
        s.append(" mtime ").append(stat.mtimeSeconds() * 1_000_000_000 + stat.mtimeNanos());
        if (e.body() instanceof Body.Regular regular) {
            s.append(" size ").append(regular.sizeBytes());
            s.append(" links ").append(counts.linksTo(e));
            if (withDigests) {
                s.append(' ').append(sha256(archive.content(e)));
            }
        } else if (e.body() instanceof Body.Symlink link) {
            s.append(" target ").append(new String(link.target(), StandardCharsets.UTF_8));
        } else if (e.body() instanceof Body.Device device) {
            s.append(" device ").append(device.number().major());
            s.append(':').append(device.number().minor());
        }
        Map<String, String> xattrs = new TreeMap<>();
        for (Xattr x : e.metadata().kernelXattrs()) {
            xattrs.put(new String(x.name(), StandardCharsets.UTF_8), HEX.formatHex(x.value()));
        }
        s.append(' ').append(xattrs);
        s.append(" flags 0x").append(Integer.toHexString(StatFlags.toChattr(stat.flags())));
        return s.toString();
    }

    private static char letter(int mode) {
        return switch (mode & Stat.TYPE_MASK) {
            case Stat.REGULAR -> 'f';
            case Stat.DIRECTORY -> 'd';
            case Stat.SYMLINK -> 'l';
            case Stat.FIFO -> 'p';
            case Stat.SOCKET -> 's';
            case Stat.CHARACTER_DEVICE -> 'c';
            case Stat.BLOCK_DEVICE -> 'b';
            default -> '?';
        };
    }

    private static String sha256(ByteSource source) {
        byte[] bytes = new byte[(int) source.size()];
        source.read(0, bytes, 0, bytes.length);
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hex(String s) {
        return HEX.formatHex(s.getBytes(StandardCharsets.UTF_8));
    }

    /** Removes paths and what is below them. */
    TreeDescription without(String... paths) {
        Arrays.stream(paths)
                .map(TreeDescription::hex)
                .forEach(
                        p ->
                                lines.keySet()
                                        .removeIf(k -> k.equals(p) || k.startsWith(p + hex("/"))));
        return this;
    }

    private static JsonNode parse(ObjectMapper json, String line) {
        try {
            return json.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
