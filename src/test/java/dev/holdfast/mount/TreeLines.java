package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Golden;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree as text, one line per path (in hexadecimal): of a golden manifest, or as a mount shows it.
 */
final class TreeLines {
    private static final HexFormat HEX = HexFormat.of();
    private static final ObjectMapper JSON = new ObjectMapper();

    private TreeLines() {}

    /** The subtree of a golden manifest; {@code ""} is all of it. */
    static Map<String, String> ofManifest(String name, String subtree) {
        Map<String, String> lines = new TreeMap<>();
        String prefix = subtree.isEmpty() ? "" : hex(subtree + "/");
        byte[] text =
                Golden.gunzstd(Golden.dir().resolve("manifests").resolve(name + ".jsonl.zst"));
        for (String line : new String(text, UTF_8).lines().toList()) {
            JsonNode o = parse(line);
            String path = o.get("path").asText();
            String key = o.has("path_hex") ? o.get("path_hex").asText() : hex(path);
            if (path.equals(subtree.isEmpty() ? "." : subtree)) {
                lines.put("", line(o, prefix));
            } else if (key.startsWith(prefix) && !path.equals(".")) {
                lines.put(key.substring(prefix.length()), line(o, prefix));
            }
        }
        return lines;
    }

    private static String line(JsonNode o, String prefix) {
        StringBuilder s = new StringBuilder();
        s.append(o.get("type").asText()).append(" mode ").append(o.get("mode").asText());
        s.append(" owner ").append(o.get("uid").asLong()).append(':').append(o.get("gid").asLong());
        s.append(" mtime ").append(o.get("mtime_ns").asText());
        if (o.has("size")) {
            s.append(" size ").append(o.get("size").asLong());
            s.append(' ').append(o.get("sha256").asText());
            s.append(" links ").append(o.has("nlink") ? o.get("nlink").asInt() : 1);
            if (o.has("hardlink")) {
                s.append(" of ").append(hex(o.get("hardlink").asText()).substring(prefix.length()));
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
        return s.append(' ').append(xattrs).toString();
    }

    /** All below a directory of a mount, and itself. */
    static Map<String, String> ofDirectory(Directory root) {
        Map<String, String> lines = new TreeMap<>();
        Map<Long, String> seen = new HashMap<>();
        lines.put("", line(root, "", seen));
        add(root, "", lines, seen);
        return lines;
    }

    private static void add(
            Directory directory, String prefix, Map<String, String> lines, Map<Long, String> seen) {
        List<Walk.Listed> children = Walk.list(directory, 100);
        children.sort((a, b) -> java.util.Arrays.compareUnsigned(a.name(), b.name()));
        for (Walk.Listed listed : children) {
            Node node = directory.lookup(listed.name());
            Attributes attributes = node.attributes();
            if (attributes.inode() != listed.inode() || attributes.mode() != listed.mode()) {
                throw new AssertionError(listed.text() + " is listed as something else");
            }
            String path = prefix + HEX.formatHex(listed.name());
            lines.put(path, line(node, path, seen));
            if (node instanceof Directory child) {
                add(child, path + hex("/"), lines, seen);
            }
        }
    }

    private static String line(Node node, String path, Map<Long, String> seen) {
        Attributes a = node.attributes();
        StringBuilder s = new StringBuilder();
        s.append(letter(a.type()));
        s.append(String.format(" mode %04o", a.mode() & 07777));
        s.append(" owner ").append(Integer.toUnsignedLong(a.uid()));
        s.append(':').append(Integer.toUnsignedLong(a.gid()));
        s.append(" mtime ").append(nanos(a.mtime()));
        if (a.isRegular()) {
            byte[] content = Walk.read(node);
            s.append(" size ").append(a.sizeBytes());
            s.append(' ').append(Sha256.of(content).hex());
            s.append(" links ").append(a.links());
        }
        String first = seen.putIfAbsent(a.inode(), path);
        if (first != null) {
            s.append(" of ").append(first);
        }
        if (a.type() == Attributes.SYMLINK) {
            s.append(" target ").append(new String(node.readLink(), UTF_8));
        }
        if (a.type() == Attributes.CHARACTER_DEVICE || a.type() == Attributes.BLOCK_DEVICE) {
            DeviceNumber device = DeviceNumber.ofKernel(a.device());
            s.append(" device ").append(device.major()).append(':').append(device.minor());
        }
        Map<String, String> xattrs = new TreeMap<>();
        for (String name : node.xattrNames()) {
            xattrs.put(name, HEX.formatHex(node.xattr(name).orElseThrow()));
        }
        return s.append(' ').append(xattrs).toString();
    }

    private static long nanos(FileTime time) {
        return time.seconds() * 1_000_000_000 + time.nanos();
    }

    private static char letter(int type) {
        return switch (type) {
            case Attributes.REGULAR -> 'f';
            case Attributes.DIRECTORY -> 'd';
            case Attributes.SYMLINK -> 'l';
            case Attributes.FIFO -> 'p';
            case Attributes.SOCKET -> 's';
            case Attributes.CHARACTER_DEVICE -> 'c';
            case Attributes.BLOCK_DEVICE -> 'b';
            default -> '?';
        };
    }

    static String hex(String s) {
        return HEX.formatHex(s.getBytes(UTF_8));
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
