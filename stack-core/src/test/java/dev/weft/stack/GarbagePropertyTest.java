package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.FrameKit;
import dev.weft.device.NetDevice;
import dev.weft.device.memory.Switch;
import dev.weft.tcp.TcpSocket;
import dev.weft.wire.Ipv4Address;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Three stations on a switch: a victim with a server, a friend that talks to it, and one that sends garbage. Whatever comes,
 * no handler of the victim throws, every frame is accounted for, and the friend is served as before.
 */
class GarbagePropertyTest {

    private static final String VICTIM = "10.0.0.1";
    private static final int FRAMES = 3_000;
    private static final int AT_ONCE = 50;

    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void survivesAnyFrameAndServesOn(@ForAll long seed) throws Exception {
        var ethernet = new Switch(3);
        try (var victim = open("victim", ethernet.port(0), VICTIM);
             var friend = open("friend", ethernet.port(1), "10.0.0.2");
             NetDevice attacker = ethernet.port(2);
             var kit = new FrameKit();
             var server = new Server(victim.tcp().listen(7), Server.ECHO)) {
            var garbage = new GarbageFrames(seed, victim.link("eth0").mac(), Ipv4Address.of(VICTIM), 7, 9, server.port());
            for (int i = 0; i < FRAMES; i++) {
                kit.send(attacker, garbage.next());
                if (i % AT_ONCE == 0) {
                    // A ping comes back behind the garbage on the same wire: the victim has handled it all by then.
                    assertThat(friend.icmp().ping(VICTIM)).isPositive();
                    kit.receiveAll(attacker, 0);
                }
            }
            try (TcpSocket socket = friend.tcp().connect(VICTIM, server.port())) {
                socket.write(new byte[] {1, 2, 3});
                socket.shutdownOutput();
                assertThat(socket.input().readAllBytes()).containsExactly(1, 2, 3);
            }
            var accounted = new AtomicLong();
            victim.counters().forEach((name, value) -> {
                if (name.equals("link.eth0.received") || name.startsWith("link.eth0.in.")) {
                    accounted.addAndGet(value);
                }
                if (name.startsWith("link.eth0.reader")) {
                    assertThat(value).as(name).isZero();
                }
            });
            assertThat(accounted.get()).isGreaterThan(FRAMES);
            assertThat(victim.failure()).isEmpty();
        }
    }

    private static NetworkStack open(String name, NetDevice port, String address) throws IOException {
        return NetworkStack.open(StackConfig.create().name(name).closeTimeout(Duration.ZERO)
                .link("eth0", (clock, counters) -> port, link -> link.address(address + "/24")));
    }
}
