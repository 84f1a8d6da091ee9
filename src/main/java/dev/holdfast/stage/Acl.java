package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A POSIX ACL as the kernel stores it in {@code system.posix_acl_access} and {@code …_default}: the
 * permission bits of the mode and the ACL are two views of the same, and change together.
 *
 * <pre>
 * 0        4   version, u32le = 2
 * 4 + 8·n  8   entry: tag u16le ‖ permissions u16le ‖ id u32le (all ones unless named)
 * </pre>
 */
record Acl(List<Entry> entries) {
    static final String ACCESS = "system.posix_acl_access";
    static final String DEFAULT = "system.posix_acl_default";

    private static final int VERSION = 2;
    private static final int USER_OBJ = 1;
    private static final int USER = 2;
    private static final int GROUP_OBJ = 4;
    private static final int GROUP = 8;
    private static final int MASK = 16;
    private static final int OTHER = 32;

    /** One line of an ACL. */
    record Entry(int tag, int permissions, int id) {
        Entry with(int newPermissions) {
            return new Entry(tag, newPermissions, id);
        }
    }

    Acl {
        entries = List.copyOf(entries);
    }

    /**
     * Reads and checks an ACL.
     *
     * @throws Errno {@code EINVAL} if it is malformed, {@code EOPNOTSUPP} if its version is unknown
     */
    static Acl parse(byte[] value) {
        if (value.length < 4 || (value.length - 4) % 8 != 0) {
            throw new Errno(Errno.EINVAL);
        }
        ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != VERSION) {
            throw new Errno(Errno.EOPNOTSUPP);
        }
        List<Entry> entries = new ArrayList<>();
        int previous = 0;
        int seen = 0;
        boolean named = false;
        while (in.hasRemaining()) {
            Entry entry = new Entry(in.getShort(), in.getShort(), in.getInt());
            boolean isNamed = entry.tag == USER || entry.tag == GROUP;
            boolean known = (entry.tag & (USER_OBJ | GROUP_OBJ | MASK | OTHER)) != 0 || isNamed;
            if (!known
                    || Integer.bitCount(entry.tag) != 1
                    || (entry.permissions & ~7) != 0
                    || entry.tag < previous
                    || (!isNamed && entry.tag == previous)) {
                throw new Errno(Errno.EINVAL);
            }
            named |= isNamed;
            seen |= entry.tag;
            previous = entry.tag;
            entries.add(entry);
        }
        int needed = USER_OBJ | GROUP_OBJ | OTHER | (named ? MASK : 0);
        if (!entries.isEmpty() && (seen & needed) != needed) {
            throw new Errno(Errno.EINVAL);
        }
        return new Acl(entries);
    }

    byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(4 + 8 * entries.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(VERSION);
        for (Entry entry : entries) {
            out.putShort((short) entry.tag).putShort((short) entry.permissions).putInt(entry.id);
        }
        return out.array();
    }

    /** Whether it says no more than permission bits can. */
    boolean isMinimal() {
        return entries.stream()
                .allMatch(e -> e.tag == USER_OBJ || e.tag == GROUP_OBJ || e.tag == OTHER);
    }

    private Optional<Entry> find(int tag) {
        return entries.stream().filter(entry -> entry.tag == tag).findFirst();
    }

    private int permissions(int tag) {
        return find(tag).map(Entry::permissions).orElse(0);
    }

    /** The nine permission bits: the group's are the mask where there is one. */
    int permissionBits() {
        int group = find(MASK).or(() -> find(GROUP_OBJ)).map(Entry::permissions).orElse(0);
        return (permissions(USER_OBJ) << 6) | (group << 3) | permissions(OTHER);
    }

    /** After {@code chmod(2)}. */
    Acl withPermissionBits(int bits) {
        return changed(bits, false);
    }

    /** As the access ACL of a new node whose directory has this one as its default. */
    Acl inherited(int mode) {
        return changed(mode, true);
    }

    private Acl changed(int bits, boolean restrict) {
        int groupTag = find(MASK).isPresent() ? MASK : GROUP_OBJ;
        List<Entry> result = new ArrayList<>();
        for (Entry entry : entries) {
            int wanted;
            if (entry.tag == USER_OBJ) {
                wanted = (bits >> 6) & 7;
            } else if (entry.tag == groupTag) {
                wanted = (bits >> 3) & 7;
            } else if (entry.tag == OTHER) {
                wanted = bits & 7;
            } else {
                wanted = entry.permissions;
            }
            result.add(entry.with(restrict ? entry.permissions & wanted : wanted));
        }
        return new Acl(result);
    }
}
