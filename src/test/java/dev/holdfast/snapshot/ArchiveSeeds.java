package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.SipHash24;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Small archives to start fuzzing from. */
public final class ArchiveSeeds {
    private ArchiveSeeds() {}

    /** Inputs of {@link SplitArchiveFuzz}: random trees of all kinds of entries. */
    public static Map<String, byte[]> split() {
        Map<String, byte[]> seeds = new TreeMap<>();
        for (int seed = 0; seed < 40; seed++) {
            RandomTree tree = new RandomTree(seed, seed % 7);
            byte[] metadata = tree.metadata();
            byte[] payload = tree.payload();
            if (metadata.length + payload.length <= 8192) {
                ByteArrayOutputStream input = new ByteArrayOutputStream();
                input.write(payload.length);
                input.write(payload.length >> 8);
                input.writeBytes(metadata);
                input.writeBytes(payload);
                seeds.put("tree-" + seed, input.toByteArray());
            }
        }
        return seeds;
    }

    /** Inputs of {@link UnifiedArchiveFuzz}: written item by item, as nothing here writes them. */
    public static Map<String, byte[]> unified() {
        Map<String, byte[]> seeds = new TreeMap<>();
        for (int files = 0; files < 6; files++) {
            Unified archive = new Unified();
            archive.root(files);
            seeds.put("files-" + files, archive.out.toByteArray());
        }
        return seeds;
    }

    private static final class Unified {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private record Row(long hash, int offset, int sizeBytes) {}

        void root(int files) {
            List<Row> rows = new ArrayList<>();
            entry(Stat.DIRECTORY | 0755);
            int firstFile = out.size();
            for (int i = 0; i < files; i++) {
                int start = out.size();
                name("f" + i);
                entry(Stat.REGULAR | 0644);
                if (i % 2 == 1) {
                    item(ItemType.XATTR, "user.a\0value".getBytes(UTF_8));
                    item(ItemType.ACL_GROUP_OBJ, longs(4));
                    item(ItemType.ACL_USER, longs(1000, 6));
                }
                item(ItemType.PAYLOAD, new byte[i * 5]);
                rows.add(new Row(hash("f" + i), start, out.size() - start));
            }
            int directory = out.size();
            name("g");
            int entryOffset = out.size();
            entry(Stat.DIRECTORY | 0700);
            int link = out.size();
            name("l");
            entry(Stat.SYMLINK | 0777);
            item(ItemType.SYMLINK, "target\0".getBytes(UTF_8));
            table(List.of(new Row(hash("l"), link, out.size() - link)), entryOffset);
            rows.add(new Row(hash("g"), directory, out.size() - directory));
            if (files > 0) {
                int hard = out.size();
                name("h");
                item(ItemType.HARDLINK, target(hard - firstFile));
                rows.add(new Row(hash("h"), hard, out.size() - hard));
            }
            table(rows, 0);
        }

        /** In heap order up to three rows: sorted by hash, the middle one first. */
        private void table(List<Row> rows, int entryOffset) {
            int goodbye = out.size();
            long[] hashes = rows.stream().mapToLong(Row::hash).toArray();
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (int row : dev.holdfast.format.pxar.GoodbyeTable.slotOrder(hashes, rows.size())) {
                Row r = rows.get(row);
                content.writeBytes(longs(r.hash(), goodbye - r.offset(), r.sizeBytes()));
            }
            content.writeBytes(
                    longs(
                            ItemType.GOODBYE_TAIL_MARKER,
                            goodbye - entryOffset,
                            ItemHeader.BYTES + content.size() + 24L));
            item(ItemType.GOODBYE, content.toByteArray());
        }

        private void name(String name) {
            item(ItemType.FILENAME, (name + "\0").getBytes(UTF_8));
        }

        private void entry(int mode) {
            byte[] stat = new byte[Stat.BYTES];
            Bytes.putLong(stat, 0, mode);
            item(ItemType.ENTRY, stat);
        }

        private void item(long type, byte[] content) {
            out.writeBytes(longs(type, ItemHeader.BYTES + content.length));
            out.writeBytes(content);
        }

        private static byte[] target(int distance) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            content.writeBytes(longs(distance));
            content.writeBytes("f0\0".getBytes(UTF_8));
            return content.toByteArray();
        }

        private static long hash(String name) {
            return SipHash24.hash(name.getBytes(UTF_8));
        }

        private static byte[] longs(long... values) {
            byte[] bytes = new byte[values.length * Long.BYTES];
            for (int i = 0; i < values.length; i++) {
                Bytes.putLong(bytes, i * Long.BYTES, values[i]);
            }
            return bytes;
        }
    }
}
