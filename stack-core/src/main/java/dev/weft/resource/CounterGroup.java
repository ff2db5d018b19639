package dev.weft.resource;

import java.util.Locale;

/**
 * One counter for each constant of an enum: {@code BAD_CHECKSUM} under the prefix {@code ipv4.in} is
 * {@code ipv4.in.bad_checksum}. All of them are registered at once, so a value of 0 is listed, too, and counting is an
 * array access.
 *
 * @param <E> the enum whose constants say in their javadoc which rule they stand for
 */
public final class CounterGroup<E extends Enum<E>> {

    private final Counter[] byOrdinal;

    /** Registers {@code prefix + '.' + constant} in lower case for each constant of {@code type}. */
    public CounterGroup(Counters counters, String prefix, Class<E> type) {
        E[] constants = type.getEnumConstants();
        byOrdinal = new Counter[constants.length];
        for (E constant : constants) {
            byOrdinal[constant.ordinal()] = counters.counter(prefix + '.' + constant.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Counts one for that constant. */
    public void increment(E constant) {
        byOrdinal[constant.ordinal()].increment();
    }

    /** Counts {@code amount} for that constant. */
    public void add(E constant, long amount) {
        byOrdinal[constant.ordinal()].add(amount);
    }

    /** The count of that constant so far. */
    public long value(E constant) {
        return byOrdinal[constant.ordinal()].value();
    }
}
