package dev.weft.examples.iperf;

import java.util.Locale;

/** Numbers as iperf3 prints and reads them: bytes in powers of 1024, bits in powers of 1000. */
public final class Units {

    private static final int BYTES = 1024;
    private static final int BITS = 1000;
    private static final String[] PREFIXES = {"", "K", "M", "G", "T"};

    private Units() {
    }

    /** Such as {@code 1.14 GBytes}, the number at least four characters wide. */
    static String bytes(double value) {
        return scaled(value, BYTES, "Bytes");
    }

    /** Such as {@code 9.79 Gbits/sec}. */
    static String rate(double bitsPerSecond) {
        return scaled(bitsPerSecond, BITS, "bits/sec");
    }

    private static String scaled(double value, int base, String unit) {
        double rest = value;
        int prefix = 0;
        while (rest >= base && prefix < PREFIXES.length - 1) {
            rest /= base;
            prefix++;
        }
        String format = rest < 9.995 ? "%4.2f" : rest < 99.95 ? "%4.1f" : "%4.0f";
        return String.format(Locale.ROOT, format, rest) + " " + PREFIXES[prefix] + unit;
    }

    /**
     * A number of bytes: {@code 128K} are 131,072.
     *
     * @throws IllegalArgumentException when it is no such number
     */
    public static long parseBytes(String text) {
        return parse(text, BYTES);
    }

    /**
     * A number of bits a second: {@code 10M} are 10,000,000.
     *
     * @throws IllegalArgumentException when it is no such number
     */
    public static long parseRate(String text) {
        return parse(text, BITS);
    }

    private static long parse(String text, int base) {
        int prefix = text.isEmpty() ? -1 : "KMGT".indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
        String digits = prefix < 0 ? text : text.substring(0, text.length() - 1);
        double value = Double.parseDouble(digits) * Math.pow(base, prefix + 1);
        if (!(value >= 0 && value < Long.MAX_VALUE)) {
            throw new IllegalArgumentException("no number from 0 on");
        }
        return (long) value;
    }
}
