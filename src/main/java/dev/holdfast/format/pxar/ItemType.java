package dev.holdfast.format.pxar;

/**
 * The types of the items of an archive, and how large the content of each may be (§3).
 *
 * <p>Every value is the {@link SipHash24} of an ASCII label. An item whose type is not listed here
 * is an error: there is no rule for skipping unknown ones.
 */
public final class ItemType {
    public static final long FORMAT_VERSION = 0x730f6c75df16a40dL;
    public static final long PRELUDE = 0xe309d79d9f7b771bL;
    public static final long ENTRY = 0xd5956474e588acefL;
    public static final long ENTRY_V1 = 0x11da850a1c1cceffL;
    public static final long FILENAME = 0x16701121063917b3L;
    public static final long SYMLINK = 0x27f971e7dbf5dc5fL;
    public static final long HARDLINK = 0x51269c8422bd7275L;
    public static final long DEVICE = 0x9fc9e906586d5ce9L;
    public static final long XATTR = 0x0dab0229b57dcd03L;
    public static final long ACL_USER = 0x2ce8540a457d55b8L;
    public static final long ACL_GROUP = 0x136e3eceb04c03abL;
    public static final long ACL_GROUP_OBJ = 0x10868031e9582876L;
    public static final long ACL_DEFAULT = 0xbbbb13415a6896f5L;
    public static final long ACL_DEFAULT_USER = 0xc89357b40532cd1fL;
    public static final long ACL_DEFAULT_GROUP = 0xf90a8a5816038ffeL;
    public static final long FCAPS = 0x2da9dd9db5f7fb67L;
    public static final long QUOTA_PROJID = 0xe07540e82f7d1cbbL;
    public static final long PAYLOAD = 0x28147a1b0b7c1a25L;
    public static final long PAYLOAD_REF = 0x419d3d6bc4ba977eL;
    public static final long GOODBYE = 0x2fec4fa642d5731dL;

    /** Not a type: the hash of the last row of a goodbye table. */
    public static final long GOODBYE_TAIL_MARKER = 0xef5eed5b753e1555L;

    public static final long PAYLOAD_START_MARKER = 0x834c68c2194a4ed2L;
    public static final long PAYLOAD_TAIL_MARKER = 0x6c72b78b984c81b5L;

    /** Longest name, and longest link target, in bytes without the terminating NUL. */
    public static final int MAX_NAME_BYTES = 4096;

    /** Largest XATTR content (name, NUL, value) and FCAPS content. */
    public static final int MAX_XATTR_BYTES = 65791;

    private ItemType() {}

    /**
     * The largest legal content of an item in a metadata or unified archive; {@link Long#MAX_VALUE}
     * where only the archive's length bounds it, −1 for a type that has no place in one.
     */
    public static long maxContentBytes(long type) {
        if (type == FILENAME || type == SYMLINK) {
            return MAX_NAME_BYTES + 1L;
        } else if (type == HARDLINK) {
            return Long.BYTES + MAX_NAME_BYTES + 1L;
        } else if (type == ENTRY) {
            return Stat.BYTES;
        } else if (type == ENTRY_V1) {
            return Stat.V1_BYTES;
        } else if (type == XATTR || type == FCAPS) {
            return MAX_XATTR_BYTES;
        } else if (type == ACL_DEFAULT) {
            return 4L * Long.BYTES;
        } else if (type == ACL_USER
                || type == ACL_GROUP
                || type == ACL_DEFAULT_USER
                || type == ACL_DEFAULT_GROUP
                || type == DEVICE
                || type == PAYLOAD_REF) {
            return 2L * Long.BYTES;
        } else if (type == ACL_GROUP_OBJ || type == QUOTA_PROJID || type == FORMAT_VERSION) {
            return Long.BYTES;
        } else if (type == PAYLOAD || type == PRELUDE || type == GOODBYE) {
            return Long.MAX_VALUE;
        }
        return -1;
    }
}
