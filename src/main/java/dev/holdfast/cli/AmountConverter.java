package dev.holdfast.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Amounts of bytes as users write them, binary: {@code 512}, {@code 64K}, {@code 10M}, {@code 2G}.
 */
final class AmountConverter implements ITypeConverter<Long> {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,7})([KMGT]?)(I?B)?");

    @Override
    public Long convert(String value) {
        Matcher matcher = TEXT.matcher(value.toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is no amount of bytes; write it like 64K, 10M or 2G");
        }
        int shift = 10 * ("KMGT".indexOf(matcher.group(2)) + 1);
        return Long.parseLong(matcher.group(1)) << (matcher.group(2).isEmpty() ? 0 : shift);
    }
}
