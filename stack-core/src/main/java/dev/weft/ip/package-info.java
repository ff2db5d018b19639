/**
 * What IPv4 and IPv6 share, and all that transports know of either.
 *
 * <p><b>Downwards.</b> A socket asks {@link dev.weft.ip.IpLayer#path} once for the way to its peer and keeps it;
 * {@link dev.weft.ip.IpPath#send} puts a header before each frame, cuts it where it is too long, finds the neighbour and
 * never suspends. Where the neighbour's link address is not known yet, a copy of the frame waits for it; when nobody
 * answers, the transport hears {@code HOST_UNREACHABLE} as if a router had said so.
 *
 * <p><b>Upwards.</b> The reader of a link carries each packet through the checks of its family to the
 * {@link dev.weft.ip.IpProtocolHandler} that {@link dev.weft.ip.Protocols} knows for it, as an {@link dev.weft.ip.IpPacket}.
 *
 * <p><b>Sideways.</b> {@link dev.weft.ip.IcmpErrors} are errors we send about packets received,
 * {@link dev.weft.ip.TransportErrors} are those received about packets we sent.
 *
 * <p><b>Families.</b> {@link dev.weft.ip.InternetLayer} joins them: a transport is registered once and sees addresses as two
 * longs (IPv4 in mapped form), so that one demultiplexer serves both.
 *
 * <p><b>Ownership.</b> A packet, its memory and the quoted bytes of an error are borrowed until the handler returns (D3); a frame to
 * send is the caller's again when {@code send} returns. Handlers run on a reader and must neither block nor throw: an
 * exception costs the frame.
 *
 * <p><b>Hazards.</b> Every ICMP error is a claim by somebody who may never have seen our packet. This package's users check
 * that the quoted packet is one they have under way before they believe it.
 */
package dev.weft.ip;
