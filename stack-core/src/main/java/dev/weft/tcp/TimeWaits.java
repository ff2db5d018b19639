package dev.weft.tcp;

import dev.weft.link.LinkReader;
import dev.weft.tcp.core.TimeWait;
import dev.weft.tcp.core.counter.TcpEvent;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections in TIME-WAIT of which only a {@link TimeWaitEntry} is left. Their number is limited
 * ({@link TcpSettings#timeWaits}): one more ends at once, as in Linux, which is counted. What it would have protected from, old duplicates
 * that look like the next connection's between the same ports, the timestamps of that one see to (RFC 7323 §5.8).
 */
final class TimeWaits {

    private final FlowTable<FlowEntry> flows;
    private final TcpStatistics statistics;
    private final int most;
    private final AtomicInteger count = new AtomicInteger();

    TimeWaits(FlowTable<FlowEntry> flows, TcpStatistics statistics, int most) {
        this.flows = flows;
        this.statistics = statistics;
        this.most = most;
    }

    /**
     * Puts what is left of a connection in its place in the table. Any thread, without locks.
     *
     * @param deadline when the wait ends
     */
    void begin(Flow flow, TimeWait core, LinkReader reader, long deadline) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            statistics.count(TcpEvent.TIME_WAIT_OVERFLOW);
            flows.remove(flow);
            return;
        }
        var entry = new TimeWaitEntry(flow.key, core, reader, this);
        if (flows.replace(flow, entry)) {
            entry.schedule(deadline);
        } else {
            count.decrementAndGet();
        }
    }

    /** The wait is over, or has given way. */
    void end(TimeWaitEntry entry) {
        if (flows.remove(entry)) {
            count.decrementAndGet();
        }
    }
}
