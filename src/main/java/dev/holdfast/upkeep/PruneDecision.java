package dev.holdfast.upkeep;

import dev.holdfast.store.SnapshotEntry;

/**
 * What pruning does with a snapshot.
 *
 * @param reason for people: by which rule, or why by none
 */
public record PruneDecision(SnapshotEntry snapshot, Mark mark, String reason) {
    /** The marks of datastore.md §10. */
    public enum Mark {
        KEEP("keep"),
        KEEP_PARTIAL("keep-partial"),
        PROTECTED("protected"),
        REMOVE("remove");

        private final String text;

        Mark(String text) {
            this.text = text;
        }

        /** The word that servers use. */
        public String text() {
            return text;
        }
    }

    /** Whether the snapshot stays. */
    public boolean keeps() {
        return mark != Mark.REMOVE;
    }
}
