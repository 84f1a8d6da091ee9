package dev.holdfast.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Amounts as users write them: sizes {@code 256M} with binary suffixes, durations {@code 30s 10m 2h
 * 7d}.
 */
final class Sizes {
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,15})([KMGT]?)i?B?", Pattern.CASE_INSENSITIVE);
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)?");

    private Sizes() {}

    /** Bytes. */
    static final class SizeConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            Matcher matcher = SIZE.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + value + "' is no size; write for example 256M or 1G");
            }
            int power =
                    " KMGT"
                            .indexOf(
                                    matcher.group(2).isEmpty()
                                            ? ' '
                                            : Character.toUpperCase(matcher.group(2).charAt(0)));
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
        }
    }

    /** Durations; a bare number is seconds. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Matcher matcher = DURATION.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + value + "' is no duration; write for example 30s, 10m, 2h or 7d");
            }
            long amount = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            return switch (unit) {
                case "ms" -> Duration.ofMillis(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                case "d" -> Duration.ofDays(amount);
                default -> Duration.ofSeconds(amount);
            };
        }
    }
}
