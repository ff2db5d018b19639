package dev.weft.rfc;

import java.util.Comparator;

/**
 * A section of a document as comments cite it.
 *
 * @param document {@code RFC 9293}, or the name of a draft without its number
 * @param number {@code 3.10.7.4}; empty where the whole document is cited
 */
record Section(String document, String number) implements Comparable<Section> {

    private static final Comparator<String> BY_NUMBER = (a, b) -> {
        String[] left = a.split("\\.");
        String[] right = b.split("\\.");
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            boolean numbers = isNumber(left[i]) && isNumber(right[i]);
            int order = numbers ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
                    : left[i].compareTo(right[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    };

    /** Whether who proves {@code other} has proved something of this section: it is the same, or part of it. */
    boolean contains(Section other) {
        return document.equals(other.document)
                && (number.isEmpty() || other.number.equals(number) || other.number.startsWith(number + "."));
    }

    private int rfc() {
        return document.startsWith("RFC ") ? Integer.parseInt(document.substring(4)) : Integer.MAX_VALUE;
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.chars().allMatch(Character::isDigit);
    }

    @Override
    public int compareTo(Section other) {
        return Comparator.comparingInt(Section::rfc).thenComparing(Section::document)
                .thenComparing(Section::number, BY_NUMBER).compare(this, other);
    }

    @Override
    public String toString() {
        return number.isEmpty() ? document : document + " §" + number;
    }
}
