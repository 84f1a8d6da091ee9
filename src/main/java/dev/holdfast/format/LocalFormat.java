package dev.holdfast.format;

import dev.holdfast.Damaged;
import dev.holdfast.Refused;

/**
 * Versions of what is kept on this machine: staging areas, ledgers, indexes. An older version is
 * migrated or read as it is by whoever owns the format; a newer one is refused, since to write into
 * it or to begin anew would lose what the newer program keeps there.
 */
public final class LocalFormat {
    private LocalFormat() {}

    /**
     * Checks the version of something that was found.
     *
     * @param what what it is and where, as in "the staging area in /x"
     * @param found its version; versions begin with 1
     * @param known the newest version that this program writes
     * @throws Refused if it is newer
     * @throws Damaged if it is no version
     */
    public static void check(String what, long found, long known) {
        if (found < 1) {
            throw new Damaged(what + " does not say which version it has");
        }
        if (found > known) {
            throw new Refused(
                    what
                            + " was made by a newer version of holdfast (format "
                            + found
                            + "; this one knows up to "
                            + known
                            + "); go on with that version");
        }
    }

    /**
     * The version of a file that begins with a word and one digit.
     *
     * @param start how the file begins
     * @param word the word, ASCII
     * @return 0 if it begins otherwise
     */
    public static int ofMagic(byte[] start, String word) {
        if (start.length <= word.length()) {
            return 0;
        }
        for (int i = 0; i < word.length(); i++) {
            if (start[i] != word.charAt(i)) {
                return 0;
            }
        }
        int digit = start[word.length()] - '0';
        return digit >= 1 && digit <= 9 ? digit : 0;
    }
}
