package dev.holdfast.store;

/** Hears how far a garbage collection is; on its thread. */
public interface GarbageProgress {
    /** Nobody listens. */
    GarbageProgress NONE = new GarbageProgress() {};

    /** An index file was marked. */
    default void marked(int done, int total) {}

    /** A chunk directory was swept. */
    default void swept(int done, int total) {}

    /** Something odd that does not stop the collection. */
    default void warning(String message) {}
}
