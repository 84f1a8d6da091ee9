package dev.holdfast.backup;

import dev.holdfast.os.Kernel;

/**
 * How entries are brought back.
 *
 * @param overwrite whether what has their names already is replaced, and existing directories are
 *     filled; else it is an error of that entry
 * @param owners whether owner and group are restored, which only root can
 */
public record RestoreOptions(boolean overwrite, boolean owners) {
    /** Nothing is overwritten; owners are restored if this process may. */
    public static RestoreOptions standard() {
        return new RestoreOptions(false, Kernel.effectiveUser() == 0);
    }

    /** The same, replacing what is there. */
    public RestoreOptions overwriting() {
        return new RestoreOptions(true, owners);
    }
}
