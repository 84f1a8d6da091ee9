package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Acl;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.Xattr;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * A tree of all kinds of entries with all kinds of attributes, made from a seed, written, and
 * described line by line in the order of the archive.
 */
final class RandomTree {
    private final SplittableRandom random;
    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    private final List<String> lines = new ArrayList<>();
    private final List<Target> files = new ArrayList<>();
    private final ItemBuffer items = new ItemBuffer(16);
    private final int maxChildren;
    private MetadataWriter writer;

    private record Target(long offset, String path) {}

    RandomTree(long seed, int maxChildren) {
        random = new SplittableRandom(seed);
        this.maxChildren = maxChildren;
        items.payloadStart();
        drainPayload();
        EntryMetadata root = attributes(Stat.DIRECTORY);
        writer = MetadataWriter.begin(metadata::write, root, Optional.empty());
        lines.add("enter " + root);
        children("", 0);
        lines.add("leave");
        writer.finish();
        items.payloadTail();
        drainPayload();
    }

    byte[] metadata() {
        return metadata.toByteArray();
    }

    byte[] payload() {
        return payload.toByteArray();
    }

    /** What a scan must tell, as {@link Describer} tells it. */
    List<String> lines() {
        return lines;
    }

    private void children(String path, int depth) {
        TreeSet<byte[]> names = new TreeSet<>(EntryName::compare);
        for (int n = random.nextInt(maxChildren + 1); n > 0; n--) {
            names.add(name());
        }
        for (byte[] name : names) {
            child(path, name, depth);
        }
    }

    private void child(String path, byte[] name, int depth) {
        String hexName = HexFormat.of().formatHex(name);
        String childPath = path + hexName;
        switch (random.nextInt(8)) {
            case 0 -> {
                if (depth == 4) {
                    fifo(name, hexName);
                } else {
                    EntryMetadata m = attributes(Stat.DIRECTORY);
                    writer.enterDirectory(name, m);
                    lines.add("enter " + hexName + m);
                    children(childPath + "2f", depth + 1);
                    writer.leaveDirectory();
                    lines.add("leave");
                }
            }
            case 1, 2, 3 -> file(name, hexName, childPath);
            case 4 -> {
                if (files.isEmpty()) {
                    fifo(name, hexName);
                } else {
                    Target target = files.get(random.nextInt(files.size()));
                    byte[] targetPath = HexFormat.of().parseHex(target.path());
                    if (targetPath.length > 4096) {
                        fifo(name, hexName);
                    } else {
                        writer.hardLink(name, target.offset(), targetPath);
                        lines.add("link " + hexName + " " + target);
                    }
                }
            }
            case 5 -> {
                EntryMetadata m = attributes(Stat.SYMLINK);
                byte[] target = name();
                writer.symlink(name, m, target);
                lines.add(hexName + m + HexFormat.of().formatHex(target));
            }
            case 6 -> {
                boolean block = random.nextBoolean();
                EntryMetadata m = attributes(block ? Stat.BLOCK_DEVICE : Stat.CHARACTER_DEVICE);
                DeviceNumber number =
                        new DeviceNumber(random.nextInt(4096), random.nextLong(1L << 32));
                writer.device(name, m, number);
                lines.add(hexName + m + new Body.Device(block, number));
            }
            default -> fifo(name, hexName);
        }
    }

    private void file(byte[] name, String hexName, String path) {
        byte[] content = new byte[random.nextInt(40)];
        random.nextBytes(content);
        payload.writeBytes(new byte[random.nextInt(3)]); // what reuse leaves between contents
        Body.Regular body = new Body.Regular(payload.size(), content.length);
        items.payload(content.length);
        drainPayload();
        payload.writeBytes(content);
        EntryMetadata m = attributes(Stat.REGULAR);
        long offset = writer.file(name, m, body, random.nextBoolean());
        files.add(new Target(offset, path));
        lines.add(hexName + m + HexFormat.of().formatHex(content));
    }

    private void fifo(byte[] name, String hexName) {
        boolean fifo = random.nextBoolean();
        EntryMetadata m = attributes(fifo ? Stat.FIFO : Stat.SOCKET);
        if (fifo) {
            writer.fifo(name, m);
        } else {
            writer.socket(name, m);
        }
        lines.add(hexName + m + (fifo ? "FIFO" : "SOCKET"));
    }

    private byte[] name() {
        byte[] name = new byte[random.nextInt(50) == 0 ? 4096 : 1 + random.nextInt(12)];
        random.nextBytes(name);
        for (int i = 0; i < name.length; i++) {
            if (name[i] == 0 || name[i] == '/' || name[i] == '.') {
                name[i] = 'x';
            }
        }
        return name;
    }

    private EntryMetadata attributes(int type) {
        Stat stat =
                new Stat(
                        type | random.nextInt(010000),
                        random.nextLong(),
                        random.nextInt(),
                        random.nextInt(),
                        random.nextLong(),
                        random.nextInt(1_000_000_000));
        if (random.nextInt(3) != 0) {
            return EntryMetadata.of(stat);
        }
        List<Xattr> xattrs = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            byte[] value = new byte[random.nextInt(20) == 0 ? 65536 : random.nextInt(9)];
            random.nextBytes(value);
            xattrs.add(new Xattr("user." + random.nextInt(1000), value));
        }
        Acl acl =
                random.nextBoolean()
                        ? Acl.NONE
                        : new Acl(
                                named(),
                                named(),
                                permissions(),
                                Optional.of(
                                        new Acl.Defaults(
                                                permissions(),
                                                permissions(),
                                                permissions(),
                                                permissions())),
                                named(),
                                named());
        return new EntryMetadata(
                stat,
                xattrs,
                acl,
                random.nextBoolean() ? Optional.of(new byte[20]) : Optional.empty(),
                random.nextBoolean()
                        ? OptionalLong.of(random.nextInt() & 0xffff_ffffL)
                        : OptionalLong.empty());
    }

    private List<Acl.Named> named() {
        List<Acl.Named> named = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            named.add(new Acl.Named(random.nextInt(), random.nextInt(8)));
        }
        return named;
    }

    private OptionalInt permissions() {
        return random.nextBoolean() ? OptionalInt.of(random.nextInt(8)) : OptionalInt.empty();
    }

    private void drainPayload() {
        payload.writeBytes(items.toByteArray());
        items.clear();
    }
}
