package dev.holdfast.os;

import com.kenai.jffi.Library;
import java.util.Optional;

/** A shared library that is loaded. Stays loaded until the process ends. */
public final class NativeLibrary {
    private final Library library;
    private final String name;

    private NativeLibrary(Library library, String name) {
        this.library = library;
        this.name = name;
    }

    /** What is in the process already: the C library. */
    static NativeLibrary process() {
        return new NativeLibrary(Library.getDefault(), "the C library");
    }

    /** Loads a library by its soname (as {@code libfuse.so.2}); empty if the system has none. */
    public static Optional<NativeLibrary> load(String soname) {
        return Optional.ofNullable(Library.getCachedInstance(soname, Library.LAZY | Library.LOCAL))
                .map(library -> new NativeLibrary(library, soname));
    }

    /** A function of the library; {@link UnsatisfiedLinkError} if there is none of that name. */
    public NativeFunction function(String symbol) {
        long address = library.getSymbolAddress(symbol);
        if (address == 0) {
            throw new UnsatisfiedLinkError(symbol + " is not in " + name);
        }
        return new NativeFunction(address);
    }
}
