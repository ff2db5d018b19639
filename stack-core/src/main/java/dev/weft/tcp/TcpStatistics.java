package dev.weft.tcp;

import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;

/** The counters of TCP: {@code tcp.in.…} for what never reached a connection, {@code tcp.discard.…} and {@code tcp.…} of the core. */
final class TcpStatistics implements TcpCounters {

    private final CounterGroup<TcpInDiscard> input;
    private final CounterGroup<TcpDiscard> discards;
    private final CounterGroup<TcpEvent> events;

    TcpStatistics(Counters counters) {
        input = new CounterGroup<>(counters, "tcp.in", TcpInDiscard.class);
        discards = new CounterGroup<>(counters, "tcp.discard", TcpDiscard.class);
        events = new CounterGroup<>(counters, "tcp", TcpEvent.class);
    }

    void count(TcpInDiscard why) {
        input.increment(why);
    }

    @Override
    public void count(TcpDiscard why) {
        discards.increment(why);
    }

    @Override
    public void count(TcpEvent what) {
        events.increment(what);
    }
}
