/**
 * How much may be in flight. {@code CongestionControl} is the seam: it hears of each ACK by an {@code AckSample}, of losses,
 * marks and time-outs, and answers with a window in bytes and, where it paces, a rate in bytes a second.
 *
 * <p>Behind it are {@code NewReno} (RFC 5681, RFC 3465) and {@code Cubic} (RFC 9438) with {@code HyStart} (RFC 9406), which share
 * {@code LossBasedControl}, and {@code Bbr} (draft-ietf-ccwg-bbr, version 3), whose idea of the path is {@code BbrModel}.
 * {@code RateSampler} measures what the path delivers, {@code WindowUse} whether a window was in use at all (RFC 7661),
 * {@code Pacer} spreads a window over its round trip.
 *
 * <p>None of them knows a sequence number or a segment: they can be run against any path a test thinks of.
 */
package dev.weft.tcp.core.congestion;
