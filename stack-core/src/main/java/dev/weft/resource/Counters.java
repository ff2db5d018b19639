package dev.weft.resource;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/**
 * The counters of one stack by name. A layer asks for its counters once, when it is made, and keeps them: a look-up by
 * name is not for the data path. Safe for use by any thread.
 */
public final class Counters {

    private final ConcurrentSkipListMap<String, Counter> byName = new ConcurrentSkipListMap<>();

    /**
     * The counter of that name, made at its first mention. Two layers that ask for one name share the counter.
     *
     * @param name lower-case words joined by dots, from the layer to the detail: {@code tcp.in.bad_checksum}
     * @throws IllegalArgumentException if the name is blank
     */
    public Counter counter(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a counter needs a name such as ipv4.in.bad_checksum");
        }
        return byName.computeIfAbsent(name, Counter::new);
    }

    /** The value of the counter of that name, 0 where nobody has asked for it yet. */
    public long value(String name) {
        Counter counter = byName.get(name);
        return counter == null ? 0 : counter.value();
    }

    /** Calls {@code action} with each name and value, sorted by name. Counting goes on meanwhile. */
    public void forEach(BiConsumer<String, Long> action) {
        byName.forEach((name, counter) -> action.accept(name, counter.value()));
    }

    /** Every counter that is not zero, one to a line. */
    @Override
    public String toString() {
        var lines = new StringBuilder();
        forEach((name, value) -> {
            if (value != 0) {
                lines.append(name).append(' ').append(value).append('\n');
            }
        });
        return lines.toString();
    }
}
