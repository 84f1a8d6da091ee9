package dev.holdfast.fuse;

import dev.holdfast.Refused;
import dev.holdfast.os.NativeFunction;
import dev.holdfast.os.NativeLibrary;

/**
 * The functions of libfuse 2.9 that make, serve and end a mount. {@code fuse_main} does all of that
 * in one call, but takes over the process's signals and tells nobody when it is ready.
 */
final class FuseLibrary {
    final NativeFunction addArgument;
    final NativeFunction freeArguments;
    final NativeFunction mount;
    final NativeFunction newFuse;
    final NativeFunction session;
    final NativeFunction channelDevice;
    final NativeFunction newChannel;
    final NativeFunction destroyChannel;
    final NativeFunction process;
    final NativeFunction exited;
    final NativeFunction exit;
    final NativeFunction unmount;
    final NativeFunction destroy;
    final NativeFunction context;
    final NativeFunction read;
    final NativeFunction write;
    final NativeFunction writev;

    private FuseLibrary(NativeLibrary library) {
        addArgument = library.function("fuse_opt_add_arg");
        freeArguments = library.function("fuse_opt_free_args");
        mount = library.function("fuse_mount", "FUSE_2.6");
        newFuse = library.function("fuse_new", "FUSE_2.6");
        session = library.function("fuse_get_session");
        channelDevice = library.function("fuse_chan_fd");
        newChannel = library.function("fuse_chan_new", "FUSE_2.6");
        destroyChannel = library.function("fuse_chan_destroy");
        process = library.function("fuse_session_process");
        exited = library.function("fuse_session_exited");
        exit = library.function("fuse_session_exit");
        unmount = library.function("fuse_unmount", "FUSE_2.6");
        destroy = library.function("fuse_destroy");
        context = library.function("fuse_get_context", "FUSE_2.8");
        NativeLibrary c = NativeLibrary.load("libc.so.6").orElseThrow();
        read = c.function("read");
        write = c.function("write");
        writev = c.function("writev");
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

    /** The caller of the request that this thread is answering ({@code struct fuse_context}). */
    Caller caller() {
        long at = context.call();
        return new Caller(
                NativeMemory.MEMORY.getInt(at + 8),
                NativeMemory.MEMORY.getInt(at + 12),
                NativeMemory.MEMORY.getInt(at + 32));
    }
}
