package dev.holdfast.backup;

/** Hears how a restore goes; on the restoring thread. Paths are those in the target. */
public interface RestoreListener {
    /** Nobody listens; it is counted all the same. */
    RestoreListener NONE = new RestoreListener() {};

    /** An entry is there, with all its attributes; a directory, with its children. */
    default void restored(byte[] path) {}

    /** So many bytes of content were written, or left out as holes. */
    default void bytes(long count) {}

    /** An entry is not there, or not all of it: a directory lacks children. */
    default void failed(byte[] path, String reason) {}

    /** An entry is there, but an attribute is not as it was. */
    default void warned(byte[] path, String reason) {}
}
