package dev.weft.tcp.core;

import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * Both halves of a handshake for which this end keeps nothing (RFC 4987 §3.6): the SYN,ACK that answers a SYN, and the SYN
 * as far as the peer's ACK lets it be known again.
 *
 * <p>The sequence number of the SYN,ACK ({@link SynCookies}) has room for the MSS only. Where the peer offers timestamps, it
 * echoes six more bits, the lowest of TSval, as in Linux:
 * <pre>
 *    5    4    3..0
 *   ECN  SACK  window scale of the peer; 15: not offered
 * </pre>
 * TSval is lowered to them by up to 127 ms and so never lies ahead of the clock; what the peer echoes of it measures nothing,
 * and the connection begins without a round trip. Without timestamps neither window scale nor SACK are agreed.
 */
public final class CookieHandshake {

    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;
    private static final int SCALE = 0xf;
    private static final int SACK = 1 << 4;
    private static final int ECN = 1 << 5;
    /** The longest that a good cookie is away, and what its timestamp was lowered by, in ticks. */
    private static final long OLDEST = 2 * SynCookies.PERIOD / Timestamps.TICK + 2 * (MASK + 1);

    private CookieHandshake() {
    }

    /**
     * Fills {@code out} with the SYN,ACK.
     *
     * @param offset of the timestamps for the peer ({@link TcpExtensions#timestampOffset()}; that of the configuration is
     *     not used, so that one configuration serves all peers of a listener)
     */
    public static void answer(TcpConfig config, int offset, long now, int iss, TcpSegment syn, TcpSegment out) {
        out.clear();
        out.flags = TcpFlags.SYN | TcpFlags.ACK;
        out.seq = iss;
        out.ack = syn.seq + 1;
        out.window = Receiver.synWindow(config.buffers().receive());
        out.mss = config.announcedMss();
        if (!syn.timestamps || !config.extensions().timestamps()) {
            return;
        }
        int bits = SCALE;
        if (syn.windowScale != TcpSegment.ABSENT) {
            bits = Math.min(14, syn.windowScale);
            out.windowScale = Receiver.windowShiftFor(config.buffers().largestReceive());
        }
        if (syn.sackPermitted && config.extensions().selectiveAcks()) {
            bits |= SACK;
            out.sackPermitted = true;
        }
        if (Ecn.isSetup(syn) && config.extensions().ecn() != EcnMode.OFF) {
            bits |= ECN;
            out.flags |= TcpFlags.ECE;           // RFC 3168 §6.1.1
        }
        int clock = Timestamps.clock(now, offset);
        int stamp = clock & ~MASK | bits;
        out.timestamps = true;
        out.tsVal = Seq.gt(stamp, clock) ? stamp - MASK - 1 : stamp;
        out.tsEcr = syn.tsVal;
    }

    /**
     * Fills {@code syn} with what the SYN must have been, given the first segment of the peer's that acknowledges our
     * SYN,ACK.
     *
     * @param mss what {@link SynCookies#check} has said
     * @return false if the segment echoes a timestamp that no SYN,ACK of ours with a cookie can have had
     */
    public static boolean recall(TcpConfig config, long now, int mss, TcpSegment ack, TcpSegment syn) {
        syn.clear();
        syn.flags = TcpFlags.SYN;
        syn.seq = ack.seq - 1;
        syn.window = ack.window;
        syn.mss = mss;
        if (!ack.timestamps || !config.extensions().timestamps()) {
            return true;
        }
        int age = Timestamps.clock(now, config.extensions().timestampOffset()) - ack.tsEcr;
        if (age < 0 || age > OLDEST) {
            return false;
        }
        syn.timestamps = true;
        syn.tsVal = ack.tsVal;
        syn.sackPermitted = (ack.tsEcr & SACK) != 0;
        if ((ack.tsEcr & ECN) != 0) {
            syn.flags |= TcpFlags.ECE | TcpFlags.CWR;
        }
        int scale = ack.tsEcr & SCALE;
        syn.windowScale = scale == SCALE ? TcpSegment.ABSENT : scale;
        return true;
    }
}
