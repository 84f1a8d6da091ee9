package dev.holdfast.mount;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows users or groups of an archive as others; those not named stay as they are. Ids are unsigned
 * 32-bit numbers in an {@code int}.
 *
 * @param shownAs by stored id
 */
public record IdMap(Map<Integer, Integer> shownAs) {
    /** Every id as it is stored. */
    public static final IdMap NONE = new IdMap(Map.of());

    public IdMap {
        shownAs = Map.copyOf(shownAs);
    }

    /**
     * Reads a list of {@code A:B}: what is stored as A is shown as B.
     *
     * @throws IllegalArgumentException if one is not of that form, or A comes twice
     */
    public static IdMap parse(List<String> pairs) {
        Map<Integer, Integer> map = new HashMap<>();
        for (String pair : pairs) {
            String[] ids = pair.split(":", -1);
            if (ids.length != 2) {
                throw wrong(pair);
            }
            try {
                Integer from = Integer.parseUnsignedInt(ids[0]);
                if (map.put(from, Integer.parseUnsignedInt(ids[1])) != null) {
                    throw new IllegalArgumentException("id " + ids[0] + " is mapped twice");
                }
            } catch (NumberFormatException e) {
                throw wrong(pair);
            }
        }
        return new IdMap(map);
    }

    private static IllegalArgumentException wrong(String pair) {
        return new IllegalArgumentException(
                "'" + pair + "' is no id map; expected STORED:SHOWN, such as 100000:0");
    }

    /** Whether it changes nothing. */
    public boolean isEmpty() {
        return shownAs.isEmpty();
    }

    /** What a stored id is shown as. */
    public int map(int stored) {
        return shownAs.isEmpty() ? stored : shownAs.getOrDefault(stored, stored);
    }
}
