package dev.holdfast.format;

import java.util.regex.Pattern;

/** The name rules of datastore.md §14. */
final class Names {
    private static final Pattern SAFE_ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._\\-]*");

    private Names() {}

    static boolean isSafeId(String text) {
        return text.length() <= 255 && SAFE_ID.matcher(text).matches();
    }
}
