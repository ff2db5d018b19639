package dev.weft.resource;

import java.util.concurrent.atomic.LongAdder;

/**
 * One named count of a {@link Counters} registry. Any number of threads may count at once without slowing each other
 * down; {@link #value()} is exact once they have stopped and never misses a count made before the call by the same thread.
 */
public final class Counter {

    private final String name;
    private final LongAdder count = new LongAdder();

    Counter(String name) {
        this.name = name;
    }

    /** The name it is registered under, such as {@code ipv4.in.bad_checksum}. */
    public String name() {
        return name;
    }

    /** Counts one. */
    public void increment() {
        count.increment();
    }

    /** Counts {@code amount} at once, such as the bytes of a frame. */
    public void add(long amount) {
        count.add(amount);
    }

    /** The sum so far. */
    public long value() {
        return count.sum();
    }

    @Override
    public String toString() {
        return name + " " + value();
    }
}
