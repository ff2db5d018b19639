/**
 * One TCP connection, pure (D1): a segment, a user call or the time goes in, segments and a deadline come out. Nothing here
 * knows threads, locks, clocks or devices; {@code dev.weft.tcp} gives it all of them.
 *
 * <h2>Where to look</h2>
 *
 * {@link dev.weft.tcp.core.TcpConnection} is the door, and opens with the sequence space; what an application asks of it is in
 * {@code UserCalls}. Behind it
 * <ul>
 *   <li>{@code Arrival} is what a segment does, in the order of RFC 9293 §3.10.7.4 with the checks of RFC 5961;
 *   <li>{@code Lifecycle} is the state diagram, and all ways to end;
 *   <li>{@code Sender} knows what was sent and what an ACK says of it; {@code Emission} decides what may leave: window,
 *       congestion window, Nagle, silly windows; {@code SendTimers} when to act unasked; how long segments are is in
 *       {@code SegmentSize};
 *   <li>{@code Output} asks one after the other what leaves next, and adds acknowledgement, window and options;
 *   <li>{@code Receiver} decides what is taken, and what window is told. It leaves to {@code AckPolicy} when to acknowledge and
 *       to {@code SackReport} what to name (RFC 2018);
 *   <li>{@code Sleeper} gives up all of them, {@code Parts}, while nothing happens, and has them made anew;
 *   <li>{@code CookieHandshake} begins a connection of which nothing was kept, {@code CompactHandshake} one of which little was;
 *   <li>{@code ReceiveTuning} and {@code SendTuning} say how large the buffers are.
 * </ul>
 * Each job that can be told without the others has a package of its own: what crosses the wire ({@code segment}), where
 * bytes lie ({@code buffer}), what is lost ({@code recovery}), how much may be in flight ({@code congestion}), how long packets
 * may be ({@code mtu}), half-open connections, cookies and fast open ({@code open}), what is counted ({@code counter}), what is left of it asleep ({@code memo}). None of them knows this one.
 *
 * <h2>Ownership and concurrency</h2>
 *
 * A connection is guarded by its owner's lock; none of its methods waits, calls back or blocks. Memory comes from
 * {@link dev.weft.tcp.core.buffer.TcpMemory}, shared by all connections and safe for all threads. Three ranges of it may be
 * touched without the lock, between two calls that say so: what a writer fills ({@code reserve} … {@code commit}), what a reader
 * copies ({@code peek} … {@code consumed}), what a device sends ({@code holdAcked} … {@code releaseAcked}). The second call
 * is never optional: chunks whose party does not come back are lost to the pool.
 *
 * <h2>Hazards</h2>
 *
 * An inbound {@link dev.weft.tcp.core.segment.TcpSegment} refers to the borrowed frame and is dead when the handler returns; an
 * outbound one refers to the send buffer and is dead with the next input, unless held. A reset that is owed is polled after
 * the connection is CLOSED: poll once more before forgetting it. A connection that has failed keeps what can still be read
 * until it is closed.
 *
 * <h2>Deviations</h2>
 *
 * From RFC 9293 and others, each with its reason by the code: ACKs of one batch merge ({@code AckPolicy}); Nagle in
 * Minshall's form ({@code Emission}), windows that come with an advancing ACK ({@code Sender}); the minimum RTO ({@code RttEstimator}); hard
 * ICMP errors are soft ({@link dev.weft.tcp.core.TcpError}); fewer SYN,ACKs, a shorter MSL ({@link dev.weft.tcp.core.TcpConfig});
 * text with a bare SYN, a SYN in SYN-RECEIVED ({@code Arrival}); FIN-WAIT-2 and a closed window end when nobody is left to
 * wait ({@code Lifecycle}, {@code Sender}).
 */
package dev.weft.tcp.core;
