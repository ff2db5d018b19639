package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.arp.ArpOptions;
import dev.weft.device.LinkType;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.icmp.PingOptions;
import dev.weft.ip.RouteNotFound;
import dev.weft.ipv4.Content;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP and IPv4's own API between two stacks on a cable, in real time. */
@Timeout(60)
class PingTest {

    private static final Ipv4Address RIGHT = Ipv4Address.of(TwoStacks.RIGHT);
    private static final Ipv4Address NOBODY = Ipv4Address.of("10.0.0.99");
    private static final PingOptions PATIENT = PingOptions.defaults().timeout(Duration.ofSeconds(20));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 56, 1472, 1473, 5000, 65_507})
    void anEchoOfAnySizeComesBack(int size) throws Exception {
        try (var stacks = new TwoStacks()) {
            // The first of them waits for ARP, with all of its fragments.
            assertThat(stacks.left.icmp().ping(RIGHT, PATIENT.length(size))).isPositive();
            assertThat(stacks.right.icmp().ping(IpAddress.of(TwoStacks.LEFT), PATIENT.length(size))).isPositive();
        }
    }

    @Test
    void aStackAnswersItself() throws Exception {
        try (var stacks = new TwoStacks()) {
            for (String own : new String[] {"127.0.0.1", "127.8.8.8", TwoStacks.LEFT}) {
                assertThat(stacks.left.icmp().ping(own, PATIENT.length(60_000))).isPositive();
            }
        }
    }

    @Test
    void aLinkWithoutLinkAddressesWorksAsWell() throws Exception {
        var cable = new Cable(MemoryLinkOptions.defaults().linkType(LinkType.RAW_IP));
        try (var stacks = new TwoStacks(cable, UnaryOperator.identity())) {
            assertThat(stacks.left.icmp().ping(RIGHT, PATIENT.length(3000))).isPositive();
            assertThat(stacks.left.ipv4().attemptToDiscoverDestination(RIGHT)).isEmpty();
        }
    }

    @Test
    void manyPingAtOnce() throws Exception {
        try (var stacks = new TwoStacks(); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Duration>> pings = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int size = i;
                pings.add(() -> stacks.left.icmp().ping(RIGHT, PATIENT.length(size)));
            }
            stacks.left.icmp().ping(RIGHT, PATIENT);
            for (Future<Duration> each : threads.invokeAll(pings)) {
                assertThat(each.get()).isPositive();
            }
            assertThat(stacks.left.counters().value("icmp.in.reply_not_awaited")).isZero();
        }
    }

    @Test
    void aNeighbourThatDoesNotAnswerIsUnreachable() throws Exception {
        ArpOptions quick = ArpOptions.defaults().delay(Duration.ofMillis(20)).retries(1);
        try (var stacks = new TwoStacks(config -> config.arp(quick))) {
            assertThatThrownBy(() -> stacks.left.icmp().ping(NOBODY, PATIENT)).isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("host unreachable");
            assertThatThrownBy(() -> stacks.left.ipv4().write(NOBODY, 253, Content.of(new byte[1])))
                    .isInstanceOf(RouteNotFound.class).hasMessageContaining("eth0");
        }
    }

    @Test
    void whoDoesNotAnswerInTimeIsTooLate() throws Exception {
        try (var stacks = new TwoStacks()) {
            assertThatThrownBy(() -> stacks.left.icmp().ping(NOBODY, PingOptions.defaults().timeout(Duration.ofMillis(50))))
                    .isInstanceOf(SocketTimeoutException.class).hasMessageContaining("10.0.0.99");
        }
    }

    @Test
    void whatIsWrongIsSaidBeforeAnythingIsSent() throws Exception {
        try (var stacks = new TwoStacks()) {
            var icmp = stacks.left.icmp();
            assertThatThrownBy(() -> icmp.ping("192.0.2.1")).isInstanceOf(NoRouteToHostException.class);
            assertThatThrownBy(() -> icmp.ping("fd00::1")).isInstanceOf(NoRouteToHostException.class);
            assertThatThrownBy(() -> icmp.ping("somewhere")).isInstanceOf(UnknownHostException.class);
            for (int i = 0; i < 1500; i++) {   // more than there are places: each is given back
                assertThatThrownBy(() -> icmp.ping(RIGHT, PingOptions.defaults().length(1473).dontFragment(true)))
                        .isInstanceOf(SocketException.class).hasMessageContaining("MTU 1500");
            }
            assertThat(icmp.ping(RIGHT, PATIENT.length(1472).dontFragment(true))).isPositive();
        }
    }

    @Test
    void closingTheStackEndsThePingsThatWaitAndThoseThatCome() throws Exception {
        // Without an answer, ARP would keep the ping waiting for 9 s and its time-out for 20.
        try (var stacks = new TwoStacks()) {
            Call<Duration> waiting = Call.start(() -> stacks.left.icmp().ping(NOBODY, PATIENT)).awaitBlocked();
            stacks.left.close();
            assertThat(waiting.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
            assertThatThrownBy(() -> stacks.left.icmp().ping(NOBODY, PATIENT)).isInstanceOf(SocketException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void anInterruptEndsThePing() throws Exception {
        try (var stacks = new TwoStacks()) {
            var end = new AtomicReference<Throwable>();
            Thread pinging = Thread.ofVirtual().start(() -> {
                try {
                    stacks.left.icmp().ping(NOBODY, PATIENT);
                } catch (Exception e) {
                    end.set(e);
                }
            });
            pinging.interrupt();
            pinging.join();
            assertThat(end.get()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void aProtocolOfOnesOwnTravelsWholeOrInFragmentsByNameOrByMac() throws Exception {
        try (var stacks = new TwoStacks()) {
            BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
            stacks.right.ipv4().handle(253, (packet, payload) -> received.add(payload.toBytes()));
            var ipv4 = stacks.left.ipv4();
            assertThat(ipv4.attemptToDiscoverDestination(RIGHT)).as("nobody was asked yet").isEmpty();
            byte[] large = new byte[40_000];
            java.util.Arrays.fill(large, (byte) 7);
            assertThat(ipv4.write(RIGHT, 253, Content.of(new byte[] {1}))).isTrue();
            assertThat(ipv4.write(RIGHT, 253, Content.of(large))).isTrue();
            MacAddress mac = ipv4.attemptToDiscoverDestination(RIGHT).orElseThrow();
            assertThat(ipv4.writeDirectly(RIGHT, mac, 253, Content.into(3000, it -> it.fill((byte) 9)))).isTrue();
            assertThat(received.poll(20, TimeUnit.SECONDS)).containsExactly(1);
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(large);
            assertThat(received.poll(20, TimeUnit.SECONDS)).hasSize(3000).containsOnly(9);
            assertThat(ipv4.attemptToDiscoverDestination(Ipv4Address.of("10.0.0.255"))).contains(MacAddress.BROADCAST);
            assertThat(ipv4.attemptToDiscoverDestination(Ipv4Address.of("224.1.2.3")))
                    .contains(MacAddress.of("01:00:5e:01:02:03"));
            // In a frame to all, a packet for one host is not taken; to all, it is.
            ipv4.writeDirectly(RIGHT, MacAddress.BROADCAST, 253, Content.of(new byte[] {2}));
            ipv4.write(Ipv4Address.BROADCAST, 253, Content.of(new byte[] {3}));
            assertThat(received.poll(20, TimeUnit.SECONDS)).containsExactly(3);
            assertThat(stacks.right.counters().value("ipv4.in.unicast_in_link_group")).isEqualTo(1);
        }
    }
}
