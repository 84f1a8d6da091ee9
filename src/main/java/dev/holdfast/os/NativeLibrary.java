package dev.holdfast.os;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.kenai.jffi.Library;
import java.util.Optional;

/** A shared library that is loaded. Stays loaded until the process ends. */
public final class NativeLibrary {
    private static final int RTLD_LAZY = 1;

    private final long handle;
    private final String name;

    private NativeLibrary(long handle, String name) {
        this.handle = handle;
        this.name = name;
    }

    /** A function of the C library. */
    static NativeFunction ofProcess(String symbol) {
        return found(Library.getDefault().getSymbolAddress(symbol), symbol, "the C library");
    }

    /** Loads a library by its soname (as {@code libfuse.so.2}); empty if the system has none. */
    public static Optional<NativeLibrary> load(String soname) {
        Scratch scratch = Scratch.ofThread();
        long handle = LibC.DLOPEN.call(scratch.path(soname.getBytes(UTF_8), "dlopen"), RTLD_LAZY);
        return handle == 0 ? Optional.empty() : Optional.of(new NativeLibrary(handle, soname));
    }

    /** A function of the library; {@link UnsatisfiedLinkError} if there is none of that name. */
    public NativeFunction function(String symbol) {
        long at = Scratch.ofThread().path(symbol.getBytes(UTF_8), "dlsym");
        return found(LibC.DLSYM.call(handle, at), symbol, name);
    }

    /**
     * One version of a function. {@code dlsym} may give the oldest, as it does for {@code fuse_new}
     * of libfuse 2, whose arguments differ from those in the header.
     */
    public NativeFunction function(String symbol, String version) {
        Scratch scratch = Scratch.ofThread();
        long address =
                LibC.DLVSYM.call(
                        handle,
                        scratch.path(symbol.getBytes(UTF_8), "dlvsym"),
                        scratch.second(version.getBytes(UTF_8), "dlvsym"));
        return found(address, symbol + "@" + version, name);
    }

    private static NativeFunction found(long address, String symbol, String library) {
        if (address == 0) {
            throw new UnsatisfiedLinkError(symbol + " is not in " + library);
        }
        return new NativeFunction(address);
    }
}
