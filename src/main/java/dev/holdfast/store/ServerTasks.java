package dev.holdfast.store;

import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Work that a server does on its own store when asked. Each call returns when the work has ended.
 */
public interface ServerTasks {
    /**
     * Lets the server verify a snapshot, or all below a namespace.
     *
     * @param lines takes the lines of the server's log as they appear
     * @return what it ended with: {@code OK}, {@code WARNINGS: n}, or an error text
     */
    String verify(Namespace namespace, Optional<SnapshotId> snapshot, Consumer<String> lines);

    /** Lets the server collect garbage; parameters and result as {@link #verify}. */
    String collectGarbage(Consumer<String> lines);
}
