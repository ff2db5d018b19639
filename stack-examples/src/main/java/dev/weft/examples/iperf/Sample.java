package dev.weft.examples.iperf;

import dev.weft.tcp.TcpSocketInfo;

/**
 * What a stream did between two moments.
 *
 * @param start   in seconds since the test began to count
 * @param end     in seconds since the test began to count
 * @param packets datagrams sent, or those that came or should have come
 * @param info    what TCP said at the end; null for datagrams
 * @param omitted whether it does not count
 */
record Sample(TestStream stream, double start, double end, long bytes, long retransmits, long packets, long lost, long outOfOrder,
              double jitterMillis, TcpSocketInfo info, boolean omitted) {

    static Sample between(TestStream stream, TestStream.Snapshot from, TestStream.Snapshot to, long zero, boolean omitted) {
        return new Sample(stream, (from.nanos() - zero) / 1e9, (to.nanos() - zero) / 1e9, to.bytes() - from.bytes(),
                to.retransmits() - from.retransmits(), to.packets() - from.packets(), to.lost() - from.lost(),
                to.outOfOrder() - from.outOfOrder(), to.jitterMillis(), to.info(), omitted);
    }

    double seconds() {
        return end - start;
    }

    double bitsPerSecond() {
        return seconds() > 0 ? bytes * 8 / seconds() : 0;
    }

    /** As it is told to the peer. */
    StreamResult result() {
        boolean tcpSender = info != null && stream.sends();
        return new StreamResult(stream.id(), bytes, tcpSender ? retransmits : -1, stream.sends() ? 0 : jitterMillis, lost, packets,
                start, end);
    }
}
