package dev.holdfast.upkeep;

/**
 * How many snapshots of a group to keep (datastore.md §10). Each number counts periods that have a
 * snapshot; 0 is a rule that was not given.
 */
public record KeepOptions(int last, int hourly, int daily, int weekly, int monthly, int yearly) {
    public KeepOptions {
        for (int count : new int[] {last, hourly, daily, weekly, monthly, yearly}) {
            if (count < 0) {
                throw new IllegalArgumentException("a number to keep must be at least 1");
            }
        }
    }

    /** Whether no rule was given: everything is kept then. */
    public boolean keepsEverything() {
        return last + (long) hourly + daily + weekly + monthly + yearly == 0;
    }
}
