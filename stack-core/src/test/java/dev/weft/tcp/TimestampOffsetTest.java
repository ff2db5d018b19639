package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * RFC 7323 §5.4, §7.1: timestamps between two hosts go up from connection to connection, which TIME-WAIT needs to give way and
 * cookies to be known again, and tell nobody else anything. All of this happens in the same instant.
 */
class TimestampOffsetTest {

    private static final IpAddress ONE = Ipv4Address.of("192.0.2.7");
    private static final IpAddress OTHER = Ipv4Address.of("192.0.2.8");

    /** The timestamp with which a SYN from there is answered. */
    private static int timestamp(TcpBench bench, IpAddress from, int port, int toPort) {
        bench.deliver(from, port, toPort, syn -> {
            syn.flags = TcpFlags.SYN;
            syn.seq = port;
            syn.timestamps = true;
        });
        return bench.next().segment().tsVal;
    }

    private static TcpBench listening(int seed, TcpSynCookies cookies) throws IOException {
        var bench = new TcpBench(TcpSettings.defaults().synCookies(cookies), seed);
        bench.tcp.listen(80);
        bench.tcp.listen(81);
        return bench;
    }

    @Test
    void isOneForAllConnectionsBetweenTwoHosts() throws IOException {
        try (TcpBench bench = listening(1, TcpSynCookies.WHEN_FULL)) {
            int first = timestamp(bench, ONE, 4000, 80);
            assertThat(timestamp(bench, ONE, 4001, 80)).isEqualTo(first);
            assertThat(timestamp(bench, ONE, 4000, 81)).isEqualTo(first);
        }
    }

    @Test
    void isAnotherForAnotherHost() throws IOException {
        try (TcpBench bench = listening(1, TcpSynCookies.WHEN_FULL)) {
            assertThat(timestamp(bench, OTHER, 4000, 80)).isNotEqualTo(timestamp(bench, ONE, 4000, 80));
        }
    }

    /** Who knows one stack's offset for an address does not know another's. */
    @Test
    void isAnotherInAnotherStack() throws IOException {
        try (TcpBench bench = listening(1, TcpSynCookies.WHEN_FULL); TcpBench second = listening(2, TcpSynCookies.WHEN_FULL)) {
            assertThat(timestamp(second, ONE, 4000, 80)).isNotEqualTo(timestamp(bench, ONE, 4000, 80));
        }
    }

    /** A cookie has its say in the low bits; what is above them goes on from the connections that are remembered. */
    @Test
    void isThatOfCookiesToo() throws IOException {
        try (TcpBench bench = listening(1, TcpSynCookies.WHEN_FULL); TcpBench cookies = listening(1, TcpSynCookies.ALWAYS)) {
            int lowered = timestamp(cookies, ONE, 4000, 80);
            assertThat(timestamp(bench, ONE, 4000, 80) - lowered).isBetween(0, 127);
        }
    }
}
