package dev.holdfast.backup;

/** Hears what a backup leaves out or could not read whole; on the archiving thread. */
public interface ScanListener {
    /** Nobody listens; it is counted all the same. */
    ScanListener NONE = new ScanListener() {};

    /** An entry is not in the backup: it vanished, or may not be read. */
    default void skipped(byte[] path, String reason) {}

    /** An entry is in the backup, but not as it should be. */
    default void incomplete(byte[] path, String reason) {}

    /** The contents of a mount point are left out, as was asked for. */
    default void mountPoint(byte[] path) {}
}
