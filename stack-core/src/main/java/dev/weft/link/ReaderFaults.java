package dev.weft.link;

import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.resource.TokenBucket;
import dev.weft.runtime.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the reader of a link reports what failed in the code that it called. All are counted; the log gets five at once
 * and then one a second, because a peer who has found a frame that makes a handler fail can send it a million times.
 */
final class ReaderFaults {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderFaults.class);
    private static final double LOGGED_PER_SECOND = 1;
    private static final int LOGGED_AT_ONCE = 5;

    private final String iface;
    private final NanoClock clock;
    private final CounterGroup<ReaderFault> counts;
    private final TokenBucket logged = new TokenBucket(LOGGED_PER_SECOND, LOGGED_AT_ONCE);

    ReaderFaults(String iface, NanoClock clock, Counters counters) {
        this.iface = iface;
        this.clock = clock;
        counts = new CounterGroup<>(counters, "link." + iface + ".reader", ReaderFault.class);
    }

    void report(ReaderFault fault, Exception cause) {
        counts.increment(fault);
        if (logged.tryTake(clock.nanoTime())) {
            LOG.atError().addKeyValue("iface", iface).addKeyValue("fault", fault).addKeyValue("count", counts.value(fault))
                    .setCause(cause).log("the reader goes on after a failure in what it called");
        }
    }
}
