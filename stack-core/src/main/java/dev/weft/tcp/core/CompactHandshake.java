package dev.weft.tcp.core;

import dev.weft.tcp.core.open.HalfOpen;
import dev.weft.tcp.core.open.HandshakeTerms;
import dev.weft.tcp.core.recovery.RttEstimator;
import dev.weft.tcp.core.segment.TcpSegment;

/**
 * Between a connection that is half open and of which little is kept, {@link HalfOpen}, and the whole one that its ACK makes. What follows
 * from the SYN is made of it anew; what has happened since is told to those whom it would have happened to.
 */
public final class CompactHandshake {

    private CompactHandshake() {
    }

    /**
     * What connections with this configuration say and do while they are half open.
     *
     * @param userTimeout nanoseconds, 0 for none
     */
    public static HandshakeTerms terms(TcpConfig config, long userTimeout) {
        return new HandshakeTerms(config.announcedMss(), config.defaultMss(), config.buffers().receive(),
                Receiver.windowShiftFor(config.buffers().largestReceive()), config.extensions(), config.synAckRetries(),
                RttEstimator.INITIAL_RTO, RttEstimator.MAX_RTO, userTimeout, config.counters());
    }

    /** The connection in SYN-RECEIVED. */
    static TcpConnection whole(TcpConfig config, long now, HalfOpen known, HandshakeTerms terms) {
        var syn = new TcpSegment();
        known.recall(syn);
        TcpConnection connection = TcpConnection.passive(config, known.iss(), now, syn);
        Parts parts = connection.parts();
        if (known.isSent()) {
            long first = known.firstSentAt(terms);
            parts.snd.synAckSent(first, known.lastSentAt(), known.repeats(), known.timeouts(), known.retransmitsAt());
            parts.life.timestamps().stamp(first, syn);
        }
        if (known.isPlain()) {
            parts.life.ecn().retried();
        }
        if (known.hasToldWindow()) {
            parts.rcv.advertise(parts.rcv.rcvNxt, true);
        }
        parts.arrival.challenges.spentUntil(known.challengesSpentUntil(now));
        return connection;
    }
}
