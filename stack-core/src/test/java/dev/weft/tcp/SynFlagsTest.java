package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.10.7.2, LISTEN: what opens a connection is a SYN and neither a reset nor an end. */
class SynFlagsTest {

    private static final int PORT = 80;
    private static final IpAddress CLIENT = Ipv4Address.of("192.0.2.7");

    private TcpBench bench;

    @AfterEach
    void close() {
        bench.close();
    }

    private void listening(TcpSynCookies cookies) throws Exception {
        bench = new TcpBench(TcpSettings.defaults().synCookies(cookies));
        bench.tcp.listen(PORT);
    }

    private void arrives(int flags, int toPort) {
        bench.deliver(CLIENT, 4000, toPort, in -> {
            in.flags = flags;
            in.seq = 100;
        });
    }

    private void isSilentAndCounts(String name, int times) {
        assertThat(bench.sent).isEmpty();
        assertThat(bench.tcp.connectionCount()).isZero();
        assertThat(bench.count(name)).isEqualTo(times);
    }

    @Test
    void isNoSynWithAFin() throws Exception {
        listening(TcpSynCookies.WHEN_FULL);
        arrives(TcpFlags.SYN | TcpFlags.FIN, PORT);
        isSilentAndCounts("tcp.in.syn_with_fin", 1);
        arrives(TcpFlags.SYN | TcpFlags.FIN | TcpFlags.PSH | TcpFlags.URG, PORT);
        isSilentAndCounts("tcp.in.syn_with_fin", 2);
        arrives(TcpFlags.SYN | TcpFlags.PSH, PORT);
        assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
    }

    /** Nor is it answered with a cookie. */
    @Test
    void isNoSynWithAFinWhereCookiesAreSent() throws Exception {
        listening(TcpSynCookies.ALWAYS);
        arrives(TcpFlags.SYN | TcpFlags.FIN, PORT);
        isSilentAndCounts("tcp.in.syn_with_fin", 1);
    }

    /** "An incoming RST should be ignored", whatever else it is. */
    @Test
    void isNoSynWithAReset() throws Exception {
        listening(TcpSynCookies.WHEN_FULL);
        arrives(TcpFlags.SYN | TcpFlags.RST, PORT);
        arrives(TcpFlags.SYN | TcpFlags.RST | TcpFlags.FIN, PORT);
        isSilentAndCounts("tcp.in.no_connection", 2);
    }

    /** RFC 9293 §3.10.7.1: where nobody listens both are what any segment is: answered, unless it is a reset. */
    @Test
    void isRefusedWhereNobodyListens() throws Exception {
        listening(TcpSynCookies.WHEN_FULL);
        arrives(TcpFlags.SYN | TcpFlags.FIN, 81);
        assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
        arrives(TcpFlags.SYN | TcpFlags.RST, 81);
        isSilentAndCounts("tcp.in.no_connection", 2);
    }
}
