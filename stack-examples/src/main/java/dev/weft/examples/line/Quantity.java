package dev.weft.examples.line;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with units, as users write them. Whatever cannot be read is an {@link IllegalArgumentException} that says why. */
final class Quantity {

    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)\\s*([A-Za-z%/]*)");
    private static final Map<String, BigDecimal> TIMES = Map.of("ns", BigDecimal.ONE, "us", new BigDecimal(1_000),
            "ms", new BigDecimal(1_000_000), "s", new BigDecimal(1_000_000_000));
    private static final Map<String, BigDecimal> RATES = Map.of("", BigDecimal.ONE, "k", new BigDecimal(1_000),
            "m", new BigDecimal(1_000_000), "g", new BigDecimal(1_000_000_000));
    private static final Map<String, BigDecimal> SIZES = Map.of("", BigDecimal.ONE, "k", new BigDecimal(1 << 10),
            "m", new BigDecimal(1 << 20), "g", new BigDecimal(1 << 30));
    private static final Map<String, BigDecimal> SHARES = Map.of("", BigDecimal.ONE, "%", new BigDecimal("0.01"));

    private Quantity() {
    }

    /** {@code 10ms}, {@code 250us}, {@code 1.5s}. */
    static Duration time(String text) {
        return Duration.ofNanos(number(text, TIMES, "a time such as 10ms, 250us or 1.5s").longValue());
    }

    /** {@code 10M}, {@code 2.5Gbit}: bits a second, in powers of 1000. */
    static long rate(String text) {
        String plain = text.replaceFirst("(?i)(bit(/s|ps)?|bps)$", "");
        return number(plain, RATES, "a rate in bits a second such as 500k, 10M or 1G").longValue();
    }

    /** {@code 25000}, {@code 64k}: bytes, in powers of 1024. */
    static long bytes(String text) {
        String plain = text.replaceFirst("(?i)(?<=[0-9kmg])b$", "");
        return number(plain, SIZES, "a size in bytes such as 25000 or 64k").longValue();
    }

    /** {@code 1%}, {@code 0.01}. */
    static double share(String text) {
        double share = number(text, SHARES, "a probability such as 1% or 0.01").doubleValue();
        if (share > 1) {
            throw new IllegalArgumentException("\"" + text + "\" is more than 100%");
        }
        return share;
    }

    private static BigDecimal number(String text, Map<String, BigDecimal> units, String wanted) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            BigDecimal unit = units.get(matcher.group(2).toLowerCase());
            BigDecimal value = unit == null ? null : new BigDecimal(matcher.group(1)).multiply(unit);
            if (value != null && value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is not " + wanted);
    }
}
