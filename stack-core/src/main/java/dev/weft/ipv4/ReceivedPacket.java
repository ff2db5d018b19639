package dev.weft.ipv4;

import dev.weft.ip.IpPacket;
import dev.weft.wire.Ipv4View;

/** What IPv4 keeps with each frame object of a batch, so that a packet makes no garbage (D13). */
final class ReceivedPacket {

    final Ipv4View view = new Ipv4View();
    final IpPacket packet = new IpPacket();
}
