/**
 * Formats: what addresses, headers and messages look like as bytes and as text. Parse and emit; no state, no I/O.
 *
 * <h2>A view and a value</h2>
 * Each format comes twice. A <em>view</em> ({@link dev.weft.wire.Ipv4View}, {@link dev.weft.wire.TcpView} …) reads fields
 * straight out of a frame. It is made once and wrapped around packet after packet; {@code wrap} checks all there is to
 * check and returns null or the {@link dev.weft.wire.Defect}, after which each getter is one load. Views and the static
 * {@code write} methods are the data path's: they make no garbage (D13). A <em>value</em> ({@link dev.weft.wire.Ipv4Header},
 * {@link dev.weft.wire.ArpPacket} …) is a record that can hold only what is legal; it parses through the view, so there is
 * one set of checks, and is meant for tests, tools and packets that are rare.
 * <pre>{@code
 * Defect.Ipv4 defect = view.wrap(frame.segment(), frame.offset(), frame.length());
 * if (defect != null) {
 *     discards.increment(defect);
 *     return;
 * }
 * int destination = view.destination();
 * }</pre>
 * For every value, {@code parse(emit(x))} gives x. The other way round bytes may change: padding beyond need and reserved
 * bits are not kept.
 *
 * <h2>Ownership and concurrency</h2>
 * A view points into the memory it was wrapped around and owns nothing: with a borrowed frame (D3) it is valid until the
 * handler returns, and reading through it later reads whatever lies there then. A view belongs to one thread at a time.
 * Values, addresses and {@link dev.weft.wire.Octets} are immutable and copy what they keep.
 *
 * <h2>Hostile input</h2>
 * Whatever the bytes say, {@code wrap} and {@code parse} do not throw and read nothing outside the offset and length they
 * were given. They say nothing about truth: a legal header may carry a forged source, a sequence number out of any
 * window, SACK blocks that make no sense. Checksums of IPv4 headers and ICMP are verified by {@code wrap}; those of TCP
 * and UDP on request ({@code checksumCorrect}), since they need the addresses and a device may have verified them already.
 *
 * <h2>Two families</h2>
 * Addresses of both families share a 128-bit form of two longs, in which an IPv4 address is its mapped IPv6 address
 * (see {@link dev.weft.wire.IpAddress}); sums over pseudo-headers, prefixes and keys of tables take those. Numbers are in
 * network byte order and read through {@link dev.weft.wire.Bytes}; sequence numbers are compared through
 * {@link dev.weft.wire.Seq} alone.
 */
package dev.weft.wire;
