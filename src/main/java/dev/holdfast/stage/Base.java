package dev.holdfast.stage;

import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The snapshot that a staging area starts from. Thread-safe. Failures are {@link
 * dev.holdfast.HoldfastException}s: {@code EIO} for who asked.
 */
public interface Base extends AutoCloseable {
    /** What identifies the base; stored (sealed) in the area and given back when it is reopened. */
    byte[] descriptor();

    /** The root directory; its name is empty. */
    BaseEntry root();

    /** Hands every entry of the directory {@code ref} to {@code sink}, in any order, once each. */
    void list(long ref, Consumer<BaseEntry> sink);

    /**
     * How many entries of the directory {@code ref} are directories.
     *
     * @return empty if it would take long to find out; who lists the directory knows
     */
    OptionalInt countDirectories(long ref);

    /** Reads {@code lengthBytes} bytes of content at {@code contentOffset}, all of them. */
    void read(long contentOffset, byte[] target, int targetOffset, int lengthBytes);

    @Override
    void close();
}
