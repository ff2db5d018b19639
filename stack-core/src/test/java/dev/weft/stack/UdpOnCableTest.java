package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.NetworkStack;
import dev.weft.arp.ArpOptions;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.Randomness;
import dev.weft.udp.Datagram;
import dev.weft.udp.UdpOptions;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Datagrams between two stacks, through ARP, fragments and ICMP. */
class UdpOnCableTest {

    private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LeakCheck leaks = LeakCheck.begin("left", "right", "arp-", "echo");
    private final TwoStacks stacks;

    UdpOnCableTest() throws IOException {
        stacks = new TwoStacks(config -> config.arp(ArpOptions.defaults().delay(Duration.ofMillis(100)).retries(2)));
    }

    @AfterEach
    void leaveNothingBehind() {
        stacks.close();
        leaks.assertNone();
    }

    private static Thread echo(NetworkStack stack, int port) throws IOException {
        UdpSocket socket = stack.udp().bind(port);
        return Thread.ofVirtual().name("echo").start(() -> {
            try (socket) {
                while (true) {
                    Datagram datagram = socket.receive();
                    socket.send(datagram.replyWith(datagram.payload()));
                }
            } catch (SocketException e) {
                // the stack has closed
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void echoesDatagramsOfEverySizeTheFirstThroughArp() throws IOException {
        echo(stacks.right, 7);
        try (UdpSocket socket = stacks.left.udp().connect(TwoStacks.RIGHT, 7)) {
            for (int length : new int[] {0, 1, 65_507, 1471, 1472, 1473, 1888, 1889, 2960, 60_001}) {
                byte[] payload = new byte[length];
                Randomness.seeded(length).nextBytes(payload);
                socket.send(payload);
                Datagram answer = socket.receive(PATIENCE);
                assertThat(Arrays.equals(answer.payload(), payload)).as("%d bytes", length).isTrue();
                assertThat(answer.source()).isEqualTo(new InetSocketAddress(TwoStacks.RIGHT, 7));
            }
        }
    }

    @Test
    void theFirstDatagramOfAllMayNeedFragmentsAndArp() throws IOException {
        echo(stacks.right, 7);
        try (UdpSocket socket = stacks.left.udp().connect(TwoStacks.RIGHT, 7)) {
            socket.send(new byte[65_507]);
            assertThat(socket.receive(PATIENCE).payload()).hasSize(65_507);
        }
    }

    @Test
    void hearsThatAPortIsClosed() throws IOException {
        try (UdpSocket socket = stacks.left.udp().connect(TwoStacks.RIGHT, 9)) {
            socket.send(HELLO);
            assertThatExceptionOfType(PortUnreachableException.class).isThrownBy(() -> socket.receive(PATIENCE));
        }
    }

    @Test
    void sendsWithoutWaitingForArpAndHearsLaterThatNobodyAnswers() throws IOException {
        try (UdpSocket socket = stacks.left.udp().connect("10.0.0.77", 9)) {
            socket.send(HELLO);
            assertThatExceptionOfType(NoRouteToHostException.class).isThrownBy(() -> socket.receive(PATIENCE))
                    .withMessageContaining("10.0.0.77");
        }
    }

    @Test
    void reachesEverybodyByBroadcast() throws IOException {
        try (UdpSocket server = stacks.right.udp().bind(67);
             UdpSocket client = stacks.left.udp().bind(new InetSocketAddress(68), UdpOptions.defaults().broadcast(true))) {
            for (String everybody : new String[] {"255.255.255.255", "10.0.0.255"}) {
                client.send(Datagram.to(new InetSocketAddress(everybody, 67), HELLO));
                Datagram question = server.receive(PATIENCE);
                assertThat(question.destination()).isEqualTo(new InetSocketAddress(everybody, 67));
                server.send(question.replyWith(HELLO));
                assertThat(client.receive(PATIENCE).source()).isEqualTo(new InetSocketAddress(TwoStacks.RIGHT, 67));
            }
        }
    }

    @Test
    void talksToItself() throws IOException {
        echo(stacks.left, 7);
        for (String self : new String[] {TwoStacks.LEFT, "127.0.0.1"}) {
            try (UdpSocket socket = stacks.left.udp().connect(self, 7)) {
                socket.send(HELLO);
                assertThat(socket.receive(PATIENCE).payload()).isEqualTo(HELLO);
            }
        }
    }
}
