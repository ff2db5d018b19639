package dev.weft.wire;

/** The text of IPv6 addresses: reads the forms of RFC 4291 §2.2, writes the one of RFC 5952. */
final class Ipv6Text {

    private static final int GROUPS = 8;

    private final String text;
    private final int[] groups = new int[GROUPS];
    private int count;
    /** Where the {@code ::} stands, as an index of groups, or −1. */
    private int gap = -1;

    private Ipv6Text(String text) {
        this.text = text;
    }

    static Ipv6Address parse(String text) {
        return new Ipv6Text(text).parse();
    }

    private Ipv6Address parse() {
        if (text.indexOf('%') >= 0) {
            throw malformed("it names a zone; give the address alone, a link-local address belongs to the link it is set on");
        }
        if (text.startsWith("[")) {
            throw malformed("brackets belong to a URL, not to the address");
        }
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            at = group(at);
        }
        if (gap < 0 && count < GROUPS) {
            throw malformed("it has " + count + " groups of 16 bits and no ::, not " + GROUPS + " groups");
        }
        // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
        if (gap >= 0 && count == GROUPS) {
            throw malformed("the :: stands for nothing, all " + GROUPS + " groups are there");
        }
        long[] halves = new long[2];
        for (int i = 0; i < count; i++) {
            int place = gap >= 0 && i >= gap ? GROUPS - count + i : i;
            halves[place >>> 2] |= (long) groups[i] << 48 - 16 * (place & 3);
        }
        return new Ipv6Address(halves[0], halves[1]);
    }

    /** Reads the group at {@code at} and the separator behind it; returns where the next one begins. */
    private int group(int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) != ':') {
            end++;
        }
        if (text.substring(at, end).indexOf('.') >= 0) {
            return embedded(at, end);
        }
        if (end == at) {
            throw malformed("a group is missing at character " + (at + 1));
        }
        if (end - at > 4) {
            throw malformed("\"" + text.substring(at, end) + "\" has more than four digits");
        }
        int value = 0;
        for (int i = at; i < end; i++) {
            char c = text.charAt(i);
            // Character.digit alone would take the digits of other scripts too.
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("'" + c + "' is not a hexadecimal digit");
            }
            value = value << 4 | digit;
        }
        append(value);
        if (end == text.length()) {
            return end;
        }
        if (text.startsWith("::", end)) {
            if (gap >= 0) {
                throw malformed("it has more than one ::");
            }
            gap = count;
            return end + 2;
        }
        if (end + 1 == text.length()) {
            throw malformed("it ends in a single colon");
        }
        return end + 1;
    }

    private int embedded(int at, int end) {
        if (end != text.length()) {
            throw malformed("dotted decimal may stand at its end only");
        }
        int bits;
        try {
            bits = Ipv4Address.of(text.substring(at)).bits();
        } catch (IllegalArgumentException e) {
            throw malformed(e.getMessage());
        }
        append(bits >>> 16);
        append(bits & 0xffff);
        return end;
    }

    private void append(int group) {
        if (count == GROUPS) {
            throw malformed("it has more than " + GROUPS + " groups of 16 bits");
        }
        groups[count++] = group;
    }

    private IllegalArgumentException malformed(String why) {
        return new IllegalArgumentException("not an IPv6 address: \"" + text + "\": " + why);
    }

    static String format(long hi, long lo) {
        // RFC 5952 §5: dotted decimal where the prefix says that an IPv4 address is embedded.
        if (IpAddress.isIpv4(hi, lo)) {
            return "::ffff:" + new Ipv4Address((int) lo);
        }
        // RFC 5952 §4.2: the longest run of at least two zero groups is left out, the first of several equally long.
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && groupOf(hi, lo, i + run) == 0) {
                run++;
            }
            if (run > gapLength) {
                gapStart = i;
                gapLength = run;
            }
            i += run;
        }
        var text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groupOf(hi, lo, i)));
        }
        return text.toString();
    }

    private static int groupOf(long hi, long lo, int index) {
        return (int) ((index < 4 ? hi : lo) >>> 48 - 16 * (index & 3)) & 0xffff;
    }
}
