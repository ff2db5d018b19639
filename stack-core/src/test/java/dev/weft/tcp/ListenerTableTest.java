package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.wire.Ipv4Address;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Who listens where, found for each SYN that anybody sends. */
class ListenerTableTest {

    private static final int ROUNDS = 200_000;
    /** Ports of one bucket. */
    private static final int APART = 1024;

    @Test
    void findsAListenerWithoutGarbage() throws Exception {
        try (var bench = new TcpBench(TcpSettings.defaults()); TcpListener first = bench.tcp.listen(2000);
             TcpListener second = bench.tcp.listen(2000 + APART)) {
            var table = new ListenerTable();
            table.add(null, 2000, first);
            table.add(null, 2000 + APART, second);
            lookUp(table, first, second);
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            lookUp(table, first, second);
            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS).as("bytes of garbage a SYN").isZero();
        }
    }

    private static void lookUp(ListenerTable table, TcpListener first, TcpListener second) {
        for (int i = 0; i < ROUNDS; i++) {
            boolean right = table.find(0, i, 2000) == first && table.find(0, i, 2000 + APART) == second
                    && table.find(0, i, 2000 + 2 * APART) == null && table.isUsed(2000);
            if (!right) {
                throw new AssertionError("another listener");
            }
        }
    }

    /** RFC 9293 §3.9.1.1: a local address that is specified counts before one that is not. */
    @Test
    void keepsAddressesAndPortsApart() throws Exception {
        var one = Ipv4Address.of("10.0.0.1");
        var two = Ipv4Address.of("10.0.0.2");
        try (var bench = new TcpBench(TcpSettings.defaults()); TcpListener first = bench.tcp.listen(2000);
             TcpListener second = bench.tcp.listen(2001)) {
            var table = new ListenerTable();
            table.add(one, 3000, first);
            assertThat(table.tryAdd(two, 3000, second)).isNull();
            assertThat(table.tryAdd(null, 3000, second)).as("all addresses overlap with one").isSameAs(first);
            assertThat(table.tryAdd(one, 3000 + APART, second)).as("another port of the bucket").isNull();
            assertThat(table.find(one.hi(), one.lo(), 3000)).isSameAs(first);
            assertThat(table.find(two.hi(), two.lo(), 3000)).isSameAs(second);
            assertThat(table.find(two.hi(), two.lo(), 3000 + APART)).isNull();
            assertThat(table.all()).containsExactlyInAnyOrder(first, second, second);
            table.remove(3000, first);
            assertThat(table.find(one.hi(), one.lo(), 3000)).isNull();
            assertThat(table.isUsed(3000)).isTrue();
            assertThat(table.isUsed(3000 + 2 * APART)).isFalse();
        }
    }
}
