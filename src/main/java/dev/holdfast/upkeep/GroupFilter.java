package dev.holdfast.upkeep;

import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Chooses groups, as servers write it: {@code type:vm}, {@code group:host/web1}, {@code
 * regex:host/web.*} (the whole of TYPE/ID), each with {@code exclude:} before it to leave them out.
 *
 * @param exclude whether what matches is left out
 * @param pattern of TYPE/ID
 */
public record GroupFilter(boolean exclude, Pattern pattern) {
    private static final String EXCLUDE = "exclude:";
    private static final String INCLUDE = "include:";

    /** Reads one filter. */
    public static GroupFilter parse(String text) {
        boolean exclude = text.startsWith(EXCLUDE);
        String rest = exclude || text.startsWith(INCLUDE) ? text.substring(EXCLUDE.length()) : text;
        if (rest.startsWith("type:") && BackupType.parse(rest.substring(5)).isPresent()) {
            return new GroupFilter(exclude, Pattern.compile(rest.substring(5) + "/.*"));
        }
        if (rest.startsWith("group:") && GroupId.tryParse(rest.substring(6)).isPresent()) {
            return new GroupFilter(exclude, Pattern.compile(Pattern.quote(rest.substring(6))));
        }
        if (rest.startsWith("regex:")) {
            try {
                return new GroupFilter(exclude, Pattern.compile(rest.substring(6)));
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "'" + rest + "' is no regular expression: " + e.getDescription(), e);
            }
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is no group filter; expected [exclude:]type:vm|ct|host, [exclude:]group:TYPE/ID or"
                        + " [exclude:]regex:PATTERN");
    }

    /** Whether the filters together let a group pass: any including one, and no excluding one. */
    public static boolean pass(List<GroupFilter> filters, GroupId group) {
        boolean included = filters.stream().allMatch(GroupFilter::exclude);
        for (GroupFilter filter : filters) {
            if (filter.pattern().matcher(group.toString()).matches()) {
                if (filter.exclude()) {
                    return false;
                }
                included = true;
            }
        }
        return included;
    }
}
