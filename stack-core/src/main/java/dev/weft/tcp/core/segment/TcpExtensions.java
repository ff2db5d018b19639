package dev.weft.tcp.core.segment;

/**
 * Which options of modern TCP a connection offers, and agrees to when the peer offers them. Each is used only if both SYNs
 * carry it.
 *
 * @param timestamps RFC 7323 §3: a round-trip time with every ACK, and old duplicates told by their age (PAWS)
 * @param timestampOffset added to the clock in each timestamp. A keyed hash of the two addresses: an outsider learns
 *     nothing about this host's uptime or its other peers, and still the timestamps of all connections between the two
 *     hosts go up, which TIME-WAIT needs to give way safely (RFC 6191, RFC 7323 §7.1)
 * @param selectiveAcks RFC 2018: ranges that came out of order are named, and only what is missing is sent again
 * @param ecn RFC 3168: routers mark packets instead of dropping them
 */
public record TcpExtensions(boolean timestamps, int timestampOffset, boolean selectiveAcks, EcnMode ecn) {

    /** Everything on but what has to be asked for, with an offset of 0. */
    public static final TcpExtensions ALL = new TcpExtensions(true, 0, true, EcnMode.ACCEPT);
    /** Everything off. */
    public static final TcpExtensions NONE = new TcpExtensions(false, 0, false, EcnMode.OFF);
}
