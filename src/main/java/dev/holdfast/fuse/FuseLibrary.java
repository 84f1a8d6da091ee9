package dev.holdfast.fuse;

import dev.holdfast.Refused;
import dev.holdfast.os.NativeFunction;
import dev.holdfast.os.NativeLibrary;

/**
 * The functions of libfuse 2.9 that make and end a mount, also for users other than root (then it
 * runs {@code fusermount}). {@code fuse_main} does more, but takes over the process's signals and
 * tells nobody when it is ready; its own {@code fuse_loop} is not used: see {@link Requests}.
 */
final class FuseLibrary {
    final NativeFunction addArgument;
    final NativeFunction freeArguments;
    final NativeFunction mount;
    final NativeFunction unmount;
    final NativeFunction channelDevice;
    final NativeFunction destroyChannel;

    private FuseLibrary(NativeLibrary library) {
        addArgument = library.function("fuse_opt_add_arg");
        freeArguments = library.function("fuse_opt_free_args");
        mount = library.function("fuse_mount", "FUSE_2.6");
        unmount = library.function("fuse_unmount", "FUSE_2.6");
        channelDevice = library.function("fuse_chan_fd");
        destroyChannel = library.function("fuse_chan_destroy");
    }

    /** Loads the library; {@link Refused} says which package is missing. */
    static FuseLibrary load() {
        return new FuseLibrary(
                NativeLibrary.load("libfuse.so.2")
                        .orElseThrow(
                                () ->
                                        new Refused(
                                                "libfuse.so.2 is not installed. Install the package"
                                                        + " libfuse2 (Debian 13, Ubuntu 24.04:"
                                                        + " libfuse2t64).")));
    }
}
