package dev.holdfast.fuse;

import java.nio.file.Path;
import java.util.Random;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/**
 * A file of random bytes held in memory and served by jnr-fuse as its examples do: what a mount in
 * Java can be expected to read. Run as a single source file: {@code java -cp holdfast-all.jar
 * JnrFuseCeiling.java MOUNTPOINT MEBIBYTES}; it serves until unmounted.
 */
public final class JnrFuseCeiling extends FuseStubFS {
    private static final int BLOCK_BYTES = 1 << 20;

    private final byte[] block = new byte[BLOCK_BYTES];
    private final long sizeBytes;

    private JnrFuseCeiling(long mebibytes) {
        this.sizeBytes = mebibytes << 20;
        new Random(1).nextBytes(block);
    }

    public static void main(String[] args) {
        JnrFuseCeiling served = new JnrFuseCeiling(Long.parseLong(args[1]));
        served.mount(Path.of(args[0]), true, false, new String[] {"-o", "fsname=ceiling"});
    }

    @Override
    public int getattr(String path, FileStat stat) {
        switch (path) {
            case "/" -> {
                stat.st_mode.set(FileStat.S_IFDIR | 0755);
                stat.st_nlink.set(2);
            }
            case "/file" -> {
                stat.st_mode.set(FileStat.S_IFREG | 0444);
                stat.st_nlink.set(1);
                stat.st_size.set(sizeBytes);
            }
            default -> {
                return -ErrorCodes.ENOENT();
            }
        }
        return 0;
    }

    @Override
    public int readdir(
            String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo info) {
        filler.apply(buffer, ".", null, 0);
        filler.apply(buffer, "..", null, 0);
        filler.apply(buffer, "file", null, 0);
        return 0;
    }

    @Override
    public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
        int wanted = (int) Math.min(size, Math.max(0, sizeBytes - offset));
        for (int done = 0; done < wanted; ) {
            int at = (int) ((offset + done) % BLOCK_BYTES);
            int bytes = Math.min(wanted - done, BLOCK_BYTES - at);
            buffer.put(done, block, at, bytes);
            done += bytes;
        }
        return wanted;
    }
}
