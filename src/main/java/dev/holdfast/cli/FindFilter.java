package dev.holdfast.cli;

import dev.holdfast.backup.ExcludePattern;
import dev.holdfast.search.Item;
import dev.holdfast.search.Kind;
import dev.holdfast.search.Search;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What {@code holdfast find} looks for besides the pattern; named as the options of find(1). */
final class FindFilter {
    @Option(
            names = {"-i", "--ignore-case"},
            description = "Small and capital letters (ASCII) are the same.")
    boolean ignoreCase;

    @Option(
            names = "--type",
            paramLabel = "T",
            split = ",",
            description =
                    "Only files (f), directories (d), symbolic links (l), devices (b, c), FIFOs (p)"
                            + " or sockets (s).")
    List<String> types = new ArrayList<>();

    @Option(
            names = "--size",
            paramLabel = "[+|-]N",
            description = "Only files of that size, above (+) or below (-) it: +100M, -4K.")
    List<String> sizes = new ArrayList<>();

    @Option(
            names = "--newer",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Only what was modified since: 2026-11-01, 2026-11-01T08:00:00Z or 7d.")
    List<Instant> newer = new ArrayList<>();

    @Option(
            names = "--older",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Only what was modified before.")
    List<Instant> older = new ArrayList<>();

    /** All of it with a pattern. */
    Search.Matcher matcher(String pattern) {
        Search.Matcher glob = glob(pattern);
        Predicate<Item> others = kinds();
        for (String size : sizes) {
            others = others.and(size(size));
        }
        for (Instant time : newer) {
            others = others.and(item -> isFileOrComplete(item) && !modified(item).isBefore(time));
        }
        for (Instant time : older) {
            others = others.and(item -> isFileOrComplete(item) && modified(item).isBefore(time));
        }
        Predicate<Item> all = others;
        return new Search.Matcher() {
            @Override
            public boolean matches(List<byte[]> path, Kind kind) {
                return glob.matches(path, kind);
            }

            @Override
            public boolean matches(Item item) {
                return all.test(item);
            }
        };
    }

    /** A leading slash means the root of an archive; the archive's name counts otherwise. */
    private Search.Matcher glob(String text) {
        ExcludePattern pattern;
        try {
            // What excludes from a backup cannot begin with an exclamation mark, a name can.
            String glob = text.startsWith("!") ? "\\" + text : text;
            pattern = ExcludePattern.parse(ignoreCase ? lower(glob) : glob);
        } catch (IllegalArgumentException e) {
            throw new UsageException("'" + text + "' is no pattern; write for example '*.conf'");
        }
        return ignoreCase
                ? (path, kind) ->
                        pattern.matches(
                                path.stream().map(FindFilter::lower).toList(), 1, kind.typeBits())
                : (path, kind) -> pattern.matches(path, 1, kind.typeBits());
    }

    private static String lower(String text) {
        return new String(lower(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static byte[] lower(byte[] name) {
        byte[] lower = name.clone();
        for (int i = 0; i < lower.length; i++) {
            if (lower[i] >= 'A' && lower[i] <= 'Z') {
                lower[i] |= 'a' ^ 'A';
            }
        }
        return lower;
    }

    private Predicate<Item> kinds() {
        if (types.isEmpty()) {
            return item -> true;
        }
        Set<Kind> wanted = new TreeSet<>();
        for (String type : types) {
            wanted.add(
                    (type.length() == 1 ? Kind.ofLetter(type.charAt(0)) : Optional.<Kind>empty())
                            .orElseThrow(
                                    () ->
                                            new UsageException(
                                                    "'"
                                                            + type
                                                            + "' is no type; expected f, d, l, b,"
                                                            + " c, p or s")));
        }
        return item -> wanted.contains(item.kind());
    }

    private static Predicate<Item> size(String text) {
        char sign = text.isEmpty() ? ' ' : text.charAt(0);
        long bytes;
        try {
            bytes =
                    new Sizes.SizeConverter()
                            .convert(sign == '+' || sign == '-' ? text.substring(1) : text);
        } catch (TypeConversionException e) {
            throw new UsageException(e.getMessage());
        }
        return item ->
                item.body() instanceof Item.File file
                        && file.sizeBytes() != Item.File.UNKNOWN_SIZE
                        && switch (sign) {
                            case '+' -> file.sizeBytes() > bytes;
                            case '-' -> file.sizeBytes() < bytes;
                            default -> file.sizeBytes() == bytes;
                        };
    }

    /** Others have no time in a catalog. */
    private static boolean isFileOrComplete(Item item) {
        return item.complete()
                || (item.body() instanceof Item.File file
                        && file.sizeBytes() != Item.File.UNKNOWN_SIZE);
    }

    private static Instant modified(Item item) {
        long seconds = item.attributes().mtimeSeconds();
        return seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()
                ? (seconds < 0 ? Instant.MIN : Instant.MAX)
                : Instant.ofEpochSecond(seconds, item.attributes().mtimeNanos());
    }

    /** A date, a time, or how long ago. */
    static final class TimeConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                if (value.endsWith("Z")) {
                    return Instant.parse(value);
                } else if (value.contains("T")) {
                    return LocalDateTime.parse(value).atZone(ZoneId.systemDefault()).toInstant();
                } else if (value.contains("-")) {
                    return LocalDate.parse(value).atStartOfDay(ZoneId.systemDefault()).toInstant();
                }
                Duration ago = new Sizes.DurationConverter().convert(value);
                return Instant.now().minus(ago);
            } catch (DateTimeParseException | TypeConversionException e) {
                throw new TypeConversionException(
                        "'"
                                + value
                                + "' is no time; write for example 2026-11-01, 2026-11-01T08:00:00Z"
                                + " or 7d");
            }
        }
    }
}
