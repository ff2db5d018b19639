package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.ipv4.Content;
import dev.weft.udp.UdpSocket;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The small services' network on a stack that talks to itself. */
@Timeout(30)
class WeftNetworkTest {

    private static final String US = "127.0.0.1";
    private static final int NO_ANSWER_WANTED = 0;

    @Test
    void goesOnAnsweringAfterADatagramThatCannotBeAnswered() throws Exception {
        var asked = new AtomicInteger();
        try (var stack = NetworkStack.open(StackConfig.create());
             var served = new WeftNetwork(stack).answer(7, payload -> {
                 asked.incrementAndGet();
                 return payload;
             });
             UdpSocket client = stack.udp().connect(US, 7)) {
            byte[] bytes = new byte[UdpHeader.LENGTH + 3];
            UdpHeader.write(MemorySegment.ofArray(bytes), 0, NO_ANSWER_WANTED, 7, bytes.length, 0);
            stack.ipv4().write(Ipv4Address.of(US), IpProtocol.UDP, Content.of(bytes));

            client.send(new byte[] {1, 2, 3});
            assertThat(client.receive().payload()).containsExactly(1, 2, 3);
            assertThat(asked.get()).as("datagrams that came").isEqualTo(2);
            assertThat(served.port()).isEqualTo(7);
        }
    }
}
