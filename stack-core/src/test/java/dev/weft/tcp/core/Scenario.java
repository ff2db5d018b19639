package dev.weft.tcp.core;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import java.util.SplittableRandom;

/**
 * One run of two endpoints over a bad channel. Everything follows from these values.
 *
 * @param seed what the channel and the applications roll their dice with
 * @param aBytes what A writes
 * @param bBytes what B writes
 * @param link how bad the channel is from A to B
 * @param back how bad it is from B to A
 * @param ends how the two ends are configured and behave
 */
record Scenario(long seed, int aBytes, int bBytes, Link link, Link back, Ends ends) {

    /**
     * One direction of the channel; chances in percent of segments.
     *
     * @param bursts chance that a segment begins a burst of up to 200 ms, in which four of five are lost
     * @param delayMillis one way
     * @param jitterMillis added at random, which reorders
     */
    record Link(int loss, int bursts, int duplication, int reordering, int corruption, int truncation, int delayMillis,
                int jitterMillis) {

        static final Link PERFECT = new Link(0, 0, 0, 0, 0, 0, 1, 0);
    }

    /**
     * The ends.
     *
     * @param aIss initial sequence number of A
     * @param bIss initial sequence number of B
     * @param sendBuffer bytes
     * @param receiveBuffer bytes
     * @param largestReceiveBuffer bytes; sets the window scale; both buffers grow up to this if it is more
     * @param aMtu of A's link, bytes; 88 gives an MSS of 48
     * @param bMtu of B's link, bytes
     * @param chunk bytes of a memory chunk
     * @param simultaneousOpen both connect, nobody listens
     * @param slowReader the applications pause before they read, so that windows close
     * @param noDelay Nagle off
     * @param deviceDrops percent of polled segments for which the device has no room
     * @param aExtensions what A offers
     * @param bExtensions what B offers
     * @param aControl how A controls its sending
     * @param bControl how B controls its sending
     */
    record Ends(int aIss, int bIss, int sendBuffer, int receiveBuffer, int largestReceiveBuffer, int aMtu, int bMtu, int chunk,
                boolean simultaneousOpen, boolean slowReader, boolean noDelay, int deviceDrops,
                TcpExtensions aExtensions, TcpExtensions bExtensions, CongestionAlgorithm aControl,
                CongestionAlgorithm bControl) {

        static final Ends PLAIN = new Ends(1, 1, 64 << 10, 64 << 10, 4 << 20, 1500, 1500, 16 << 10, false, false, false, 0,
                TcpExtensions.ALL, TcpExtensions.ALL, CongestionAlgorithm.CUBIC, CongestionAlgorithm.CUBIC);
    }

    /** How many percent of segments that may be marked (RFC 3168) are: some in every other scenario. */
    int marking() {
        return (int) (seed & 1) * 10;
    }

    /** Whether the ends sleep whenever they may, and not only after a second. */
    boolean sleeps() {
        return (seed & 1 << 7) != 0;
    }

    /** Whether the ends probe for the path MTU from the beginning (RFC 4821), and the channel swallows longer packets than this. */
    int pathMtu() {
        return (seed & 6) == 0 ? 1200 : Integer.MAX_VALUE;
    }

    /**
     * What devices do to segments, also by the seed.
     *
     * @param largest the most text of a large segment that the ends send; 0: they send none
     * @param splits whether large segments are cut before the channel, so that each piece has its own fate; else they travel whole
     * @param joins whether what arrives together is joined as far as a device would
     */
    record Offload(int largest, boolean splits, boolean joins) {
    }

    Offload offload() {
        int kind = (int) (seed >>> 3);
        int largest = new int[] {0, 3_000, 20_000, 65_000}[kind & 3];
        return new Offload(largest, (kind & 4) != 0, (kind & 8) != 0);
    }

    /** Some scenario of moderate size, for those who cannot ask jqwik for one. */
    static Scenario random(long seed) {
        var random = new SplittableRandom(seed);
        int iss = random.nextBoolean() ? -random.nextInt(20_000) : Integer.MAX_VALUE - random.nextInt(20_000);
        var link = new Link(random.nextInt(3) * 5, 0, random.nextInt(5), random.nextInt(3) * 20, 0, 0, random.nextInt(100),
                random.nextInt(50));
        int mtu = 576 + random.nextInt(925);
        int receive = 2_000 + random.nextInt(20_000);
        int largest = random.nextInt(4) == 0 ? 64 << 10 : receive;           // one that grows seldom closes its window
        var ends = new Ends(iss, random.nextInt(), 8 << 10, receive, largest,
                mtu, mtu, 1024, random.nextInt(4) == 0, random.nextInt(3) == 0, random.nextBoolean(), 0,
                extensions(random, EcnMode.REQUEST), extensions(random, EcnMode.ACCEPT), control(random), control(random));
        return new Scenario(random.nextLong(), random.nextInt(60_000), random.nextInt(60_000), link, link, ends);
    }

    private static CongestionAlgorithm control(SplittableRandom random) {
        return CongestionAlgorithm.values()[random.nextInt(CongestionAlgorithm.values().length)];
    }

    private static TcpExtensions extensions(SplittableRandom random, EcnMode ecn) {
        return new TcpExtensions(random.nextInt(4) > 0, random.nextInt(), random.nextInt(4) > 0, ecn);
    }
}
