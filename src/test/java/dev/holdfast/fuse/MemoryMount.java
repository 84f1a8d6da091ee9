package dev.holdfast.fuse;

import java.nio.file.Path;

/** Mounts a {@link MemoryFileSystem} from the command line, to try and measure by hand. */
final class MemoryMount {
    private MemoryMount() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Mount mount =
                Mount.attach(
                        new MemoryFileSystem(), Path.of(args[0]), MountOptions.writable("memory"));
        System.out.println("ready after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        mount.awaitEnd();
        System.out.println("ended");
    }
}
