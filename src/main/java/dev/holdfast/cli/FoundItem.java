package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.os.OsError;
import dev.holdfast.search.Item;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How items of the search index are shown. */
final class FoundItem {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private FoundItem() {}

    /** {@code root.pxar/etc/passwd}, with a slash behind a directory. */
    static String path(List<byte[]> path, Item item) {
        return path(path) + (item.isDirectory() ? "/" : "");
    }

    private static String path(List<byte[]> path) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] name : path) {
            if (joined.size() > 0) {
                joined.write('/');
            }
            joined.writeBytes(name);
        }
        return OsError.printable(joined.toByteArray());
    }

    /** The names of a path as users write it. */
    static List<byte[]> names(ArchivePath path) {
        List<byte[]> names = new ArrayList<>();
        String archive = path.archive();
        names.add(
                (Archives.isTree(archive)
                                ? archive.replaceFirst("\\.(pxar|mpxar|ppxar)(\\.didx)?$", ".pxar")
                                : archive)
                        .getBytes(StandardCharsets.UTF_8));
        int start = 0;
        byte[] bytes = path.path();
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                if (i > start) {
                    names.add(Arrays.copyOfRange(bytes, start, i));
                }
                start = i + 1;
            }
        }
        return names;
    }

    /** The size of a file; blank if there is none or nobody knows. */
    static String size(Item item) {
        return item.body() instanceof Item.File file && file.sizeBytes() != Item.File.UNKNOWN_SIZE
                ? Long.toString(file.sizeBytes())
                : "";
    }

    /** The modification time; blank if nobody knows. */
    static String time(Item item) {
        return knowsTime(item)
                ? TIME.format(
                        Instant.ofEpochSecond(item.attributes().mtimeSeconds())
                                .atZone(ZoneId.systemDefault()))
                : "";
    }

    private static boolean knowsTime(Item item) {
        return item.complete()
                || (item.body() instanceof Item.File file
                        && file.sizeBytes() != Item.File.UNKNOWN_SIZE);
    }

    /** What is known of an item, without its path. */
    static void put(ObjectNode object, Item item) {
        object.put("type", item.kind().text());
        if (!size(item).isEmpty()) {
            object.put("size", item.sizeBytes());
        }
        if (knowsTime(item)) {
            object.put("mtime", item.attributes().mtimeSeconds());
        }
        if (item.complete()) {
            object.put("mtime-nsec", item.attributes().mtimeNanos()).put("mode", item.mode());
            object.put("uid", Integer.toUnsignedLong(item.attributes().uid()));
            object.put("gid", Integer.toUnsignedLong(item.attributes().gid()));
            if (item.body() instanceof Item.Symlink link) {
                object.put("target", OsError.printable(link.target()));
            }
        }
    }

    /** The path in JSON: no slash behind a directory. */
    static void putPath(ObjectNode object, List<byte[]> path) {
        object.put("path", path(path));
    }
}
