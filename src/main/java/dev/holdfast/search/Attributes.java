package dev.holdfast.search;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.pxar.Acl;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.Xattr;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What an archive says of an object besides its content. Long attributes are kept as 64 bits of
 * their SHA-256, enough to see that they changed; 0 means that there are none.
 *
 * @param permissions the mode without its type
 * @param flags of the file system, as in the archive
 */
public record Attributes(
        int permissions,
        int uid,
        int gid,
        long mtimeSeconds,
        int mtimeNanos,
        long flags,
        long xattrs,
        long acl,
        long capabilities,
        long projectId) {

    /** Of something of which only the time is known, or not even that. */
    static Attributes timeOnly(long mtimeSeconds) {
        return new Attributes(0, 0, 0, mtimeSeconds, 0, 0, 0, 0, 0, 0);
    }

    static Attributes of(EntryMetadata metadata) {
        Stat stat = metadata.stat();
        return new Attributes(
                stat.permissions(),
                stat.uid(),
                stat.gid(),
                stat.mtimeSeconds(),
                stat.mtimeNanos(),
                stat.flags(),
                metadata.xattrs().isEmpty() ? 0 : mark(metadata.xattrs()),
                metadata.acl().isEmpty() ? 0 : mark(metadata.acl()),
                metadata.fcaps().map(Attributes::mark).orElse(0L),
                metadata.projectId().isPresent() ? 1 + metadata.projectId().getAsLong() : 0);
    }

    /** Whether one of the rare ones is there. */
    boolean hasExtras() {
        return (flags | xattrs | acl | capabilities | projectId) != 0;
    }

    private static long mark(List<Xattr> xattrs) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Xattr xattr : xattrs.stream().sorted(Attributes::byName).toList()) {
            part(all, xattr.name());
            part(all, xattr.value());
        }
        return mark(all.toByteArray());
    }

    /** The order of attributes means nothing. */
    private static int byName(Xattr x, Xattr y) {
        return java.util.Arrays.compareUnsigned(x.name(), y.name());
    }

    private static void part(ByteArrayOutputStream out, byte[] bytes) {
        byte[] length = new byte[Integer.BYTES];
        Bytes.putInt(length, 0, bytes.length);
        out.writeBytes(length);
        out.writeBytes(bytes);
    }

    /** A record's text is its content. */
    private static long mark(Acl acl) {
        return mark(acl.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static long mark(byte[] bytes) {
        Digest digest = Sha256.of(bytes);
        return digest.a() == 0 ? 1 : digest.a();
    }
}
