package dev.weft.tcp;

import dev.weft.ip.IpPath;
import dev.weft.link.Link;
import dev.weft.link.LinkReader;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.open.HandshakeTerms;

/**
 * What the half-open connections of a listener have in common whose segments come to one reader of one link: where they belong, and
 * what they were answered. Each of them refers to this and to nothing else.
 *
 * @param home where they live
 * @param listener who has taken their SYNs
 * @param reader who fires their timers
 * @param config what the connections are told that come of them, but for the offset of timestamps
 * @param handshake what their SYN,ACKs say
 */
record ListenerTerms(HalfOpens home, TcpListener listener, Link link, LinkReader reader, boolean ipv4, int queueFrames, TcpConfig config,
                     HandshakeTerms handshake) {

    /** Whether what comes over this path to this reader is told the same. */
    boolean fits(IpPath path, LinkReader its) {
        return link == path.link() && reader == its && ipv4 == path.remote().isIpv4() && config.mtu() == link.mtu()
                && queueFrames == link.queueFrames();
    }
}
