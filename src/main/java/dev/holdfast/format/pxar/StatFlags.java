package dev.holdfast.format.pxar;

/**
 * The bits of {@link Stat#flags} and where they come from (§12.1): the attributes of {@code
 * chattr(1)} as {@code FS_IOC_GETFLAGS} gives them, and those of FAT. No other bit is ever stored.
 */
public final class StatFlags {
    public static final long HIDDEN = 0x2000;
    public static final long SYSTEM = 0x4000;
    public static final long ARCHIVE = 0x8000;
    public static final long APPEND = 0x1_0000;
    public static final long NOATIME = 0x2_0000;
    public static final long COMPR = 0x4_0000;
    public static final long NOCOW = 0x8_0000;
    public static final long NODUMP = 0x10_0000;
    public static final long DIRSYNC = 0x20_0000;
    public static final long IMMUTABLE = 0x40_0000;
    public static final long SYNC = 0x80_0000;
    public static final long NOCOMP = 0x100_0000;
    public static final long PROJINHERIT = 0x200_0000;

    /** Those of chattr that must be set before content is written, some cannot be later (§16). */
    public static final long INITIAL = NOATIME | COMPR | NOCOW | NOCOMP | PROJINHERIT;

    private static final long[][] CHATTR = {
        {APPEND, 0x20},
        {NOATIME, 0x80},
        {COMPR, 0x4},
        {NOCOW, 0x80_0000},
        {NODUMP, 0x40},
        {DIRSYNC, 0x1_0000},
        {IMMUTABLE, 0x10},
        {SYNC, 0x8},
        {NOCOMP, 0x400},
        {PROJINHERIT, 0x2000_0000},
    };

    private static final long[][] FAT = {{HIDDEN, 0x02}, {SYSTEM, 0x04}, {ARCHIVE, 0x20}};

    private StatFlags() {}

    /**
     * The flags to store for an {@code FS_IOC_GETFLAGS} value; bits without a place are dropped.
     */
    public static long fromChattr(int attributes) {
        return translate(CHATTR, 1, 0, attributes);
    }

    /** The {@code FS_IOC_SETFLAGS} bits that stored flags stand for. */
    public static int toChattr(long flags) {
        return (int) translate(CHATTR, 0, 1, flags);
    }

    /** The flags to store for FAT attributes. */
    public static long fromFat(int attributes) {
        return translate(FAT, 1, 0, attributes);
    }

    /** The FAT attributes that stored flags stand for. */
    public static int toFat(long flags) {
        return (int) translate(FAT, 0, 1, flags);
    }

    private static long translate(long[][] pairs, int from, int to, long bits) {
        long result = 0;
        for (long[] pair : pairs) {
            if ((bits & pair[from]) != 0) {
                result |= pair[to];
            }
        }
        return result;
    }
}
