/**
 * ICMP for IPv4: RFC 792 with the rules for hosts of RFC 1122 §3.2.2.
 *
 * <p><b>Echo.</b> Requests of any size are answered from the address they were sent to; the reply refers to the bytes of the
 * request, and its checksum follows from the old one. Requests to a broadcast or group are not answered.
 *
 * <p><b>Errors out.</b> {@code IcmpErrorSender} is what the stack's {@link dev.weft.ip.IcmpErrors} are. Whether a packet
 * deserves one is decided in one place, by RFC 1122 §3.2.2; what is left is limited by a token bucket, and quotes as much as
 * fits into 576 bytes. The limit is one for all destinations: a flood may use it up, and then others wait for their timeouts.
 *
 * <p><b>Errors in.</b> An error that quotes a packet we can have sent goes to the transport concerned, which looks for the
 * socket by the quoted ports. Redirects are ignored ({@code Deviation:}, see {@link dev.weft.icmp.IcmpDiscard#REDIRECT}),
 * source quench too (RFC 6633).
 *
 * <p><b>Ping.</b>
 * <pre>{@code
 * Duration rtt = icmp.ping("10.9.0.1");
 * Duration big = icmp.ping(address, PingOptions.defaults().length(60_000).timeout(Duration.ofSeconds(1)));
 * }</pre>
 * Suspends, one thread for one ping; a thousand may be under way. What the reader does for it is to find its place in a
 * table by the sequence number and to raise its signal.
 *
 * <p><b>Hazards.</b> Everything here may be forged. A forged error costs a socket at most what an error costs that the
 * transport believes; it never changes a route.
 */
package dev.weft.icmp;
