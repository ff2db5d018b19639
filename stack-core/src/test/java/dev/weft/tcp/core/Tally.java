package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import java.util.EnumMap;
import java.util.Map;

/** Counts what connections count, so that tests can ask for it. */
public final class Tally implements TcpCounters {

    private final Map<TcpDiscard, Long> discards = new EnumMap<>(TcpDiscard.class);
    private final Map<TcpEvent, Long> events = new EnumMap<>(TcpEvent.class);

    @Override
    public void count(TcpDiscard why) {
        discards.merge(why, 1L, Long::sum);
    }

    @Override
    public void count(TcpEvent what) {
        events.merge(what, 1L, Long::sum);
    }

    public long of(TcpDiscard why) {
        return discards.getOrDefault(why, 0L);
    }

    public long of(TcpEvent what) {
        return events.getOrDefault(what, 0L);
    }

    void add(Tally other) {
        other.discards.forEach((k, v) -> discards.merge(k, v, Long::sum));
        other.events.forEach((k, v) -> events.merge(k, v, Long::sum));
    }

    @Override
    public String toString() {
        return events + " " + discards;
    }
}
