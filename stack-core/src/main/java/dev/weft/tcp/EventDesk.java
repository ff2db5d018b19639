package dev.weft.tcp;

import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.resource.TokenBucket;
import dev.weft.runtime.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the events of all connections of a stack share: the listener to all of them, and the account of what went wrong. */
final class EventDesk {

    private static final Logger LOG = LoggerFactory.getLogger(EventDesk.class);
    private static final double LOGGED_PER_SECOND = 1;
    private static final int LOGGED_AT_ONCE = 5;

    final NanoClock clock;
    /** Who listens to all connections, or null. */
    private final TcpEventListener everybodys;
    private final CounterGroup<EventFault> counts;
    private final TokenBucket logged = new TokenBucket(LOGGED_PER_SECOND, LOGGED_AT_ONCE);

    EventDesk(TcpEventListener everybodys, NanoClock clock, Counters counters) {
        this.everybodys = everybodys;
        this.clock = clock;
        counts = new CounterGroup<>(counters, "tcp.events", EventFault.class);
    }

    /** The events of a new connection; null where nobody listens, neither to all nor, as {@code own}, to this one. */
    FlowEvents open(FlowKey key, TcpEventListener own) {
        return everybodys == null && own == null ? null : new FlowEvents(this, key, own);
    }

    void tell(TcpSocketEvent event, TcpEventListener own) {
        tellOne(event, everybodys);
        tellOne(event, own);
    }

    private void tellOne(TcpSocketEvent event, TcpEventListener listener) {
        if (listener == null) {
            return;
        }
        try {
            listener.happened(event);
        } catch (RuntimeException | Error e) {
            counts.increment(EventFault.FAILED);
            if (logged.tryTake(clock.nanoTime())) {
                LOG.atError().addKeyValue("event", event).addKeyValue("count", counts.value(EventFault.FAILED)).setCause(e)
                        .log("a listener to TCP events has failed, the connection goes on");
            }
        }
    }

    void dropped() {
        counts.increment(EventFault.DROPPED);
    }
}
