/**
 * One TCP connection, pure (D1): a segment, a user call or the time goes in, segments and a deadline come out. Nothing here
 * knows threads, locks, clocks or devices; {@code dev.weft.tcp} gives it all of them.
 *
 * <h2>Where to look</h2>
 *
 * {@link dev.weft.tcp.core.TcpConnection} is the door, and opens with the sequence space. Behind it
 * <ul>
 *   <li>{@code Arrival} is what a segment does, in the order of RFC 9293 §3.10.7.4 with the checks of RFC 5961;
 *   <li>{@code Lifecycle} is the state diagram, and all ways to end;
 *   <li>{@code Sender} decides what may leave: window, congestion window, Nagle, silly windows, timers. It keeps bytes in
 *       {@code SendBuffer}, time in {@code RttEstimator} (RFC 6298) and {@code Persist}, what is lost in {@code Recovery}: ranges
 *       in {@code Scoreboard}, found lost by {@code Rack} and {@code TailLossProbe} (RFC 8985) or duplicate ACKs (RFC 6582), the
 *       way down by {@code RateReduction} (RFC 9937), the way back by {@code SpuriousRecovery} (RFC 3522, RFC 3708); that nothing
 *       need be lost first is {@code Ecn} (RFC 3168), for both halves; how much may be in flight in a {@code CongestionControl}
 *       ({@code NewReno});
 *       how long segments are in {@code SegmentSize}, and where routers do not say it in {@code MtuSearch} (RFC 4821);
 *   <li>{@code Receiver} decides what is taken, and what window is told. It keeps bytes in {@code ReceiveBuffer}, holes in
 *       {@code Reassembly} (a {@code RangeTree}), leaves to {@code AckPolicy} when to acknowledge and to {@code SackReport} what to name (RFC 2018);
 *   <li>{@code SynCookies} and {@code CookieHandshake} begin a connection of which nothing was kept (RFC 4987), {@code FastOpen}
 *       one whose SYN carries data (RFC 7413);
 *   <li>{@code ReceiveTuning} and {@code SendTuning} say how large the buffers are;
 *   <li>{@code Timestamps} are both halves': what to echo, PAWS (RFC 7323).
 * </ul>
 * Both buffers are {@code ChunkRing}s: stream positions map to chunks by division, so bytes lie where they belong from the
 * moment they come, whatever the order, and no write is too small to share a chunk.
 *
 * <h2>Ownership and concurrency</h2>
 *
 * A connection is guarded by its owner's lock; none of its methods waits, calls back or blocks. Memory comes from
 * {@link dev.weft.tcp.core.TcpMemory}, shared by all connections and safe for all threads. Three ranges of it may be touched
 * without the lock, between two calls that say so: what a writer fills ({@code reserve} … {@code commit}), what a reader
 * copies ({@code peek} … {@code consumed}), what a device sends ({@code holdAcked} … {@code releaseAcked}). The second call
 * is never optional: chunks whose party does not come back are lost to the pool.
 *
 * <h2>Hazards</h2>
 *
 * An inbound {@link dev.weft.tcp.core.TcpSegment} refers to the borrowed frame and is dead when the handler returns; an
 * outbound one refers to the send buffer and is dead with the next input, unless held. A reset that is owed is polled after
 * the connection is CLOSED: poll once more before forgetting it. A connection that has failed keeps what can still be read
 * until it is closed.
 *
 * <h2>Deviations</h2>
 *
 * From RFC 9293 and others, each with its reason by the code: ACKs of one batch merge ({@code AckPolicy}); Nagle in
 * Minshall's form, windows that come with an advancing ACK ({@code Sender}); the minimum RTO ({@code RttEstimator}); hard
 * ICMP errors are soft ({@link dev.weft.tcp.core.TcpError}); fewer SYN,ACKs, a shorter MSL ({@link dev.weft.tcp.core.TcpConfig});
 * text with a bare SYN, a SYN in SYN-RECEIVED ({@code Arrival}); FIN-WAIT-2 and a closed window end when nobody is left to
 * wait ({@code Lifecycle}, {@code Sender}).
 */
package dev.weft.tcp.core;
