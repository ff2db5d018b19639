package dev.weft.udp;

import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.FakeIp.SECOND;
import static dev.weft.udp.UdpFixture.HELLO;
import static dev.weft.udp.UdpFixture.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.wire.Ipv4Address;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which socket gets a datagram, and who may bind what. */
class UdpDemultiplexingTest {

    private final UdpFixture fixture = new UdpFixture();
    private final FakeIp ip = fixture.ip;
    private final Udp udp = fixture.udp;

    @AfterEach
    void leaveNothingBehind() {
        fixture.close();
    }

    @Test
    void theSocketThatSaysMostGetsTheDatagram() throws IOException {
        var reuse = UdpOptions.defaults().reuseAddress(true);
        try (UdpSocket all = udp.bind(new InetSocketAddress(7), reuse);
             UdpSocket one = udp.bind(at(OWN, 7), reuse);
             UdpSocket connected = udp.connect(at(PEER, 5000), at(OWN, 7), reuse)) {
            fixture.hello(7);
            assertThat(connected.poll()).isPresent();
            ip.deliver(PEER, 5001, OWN, 7, HELLO);
            assertThat(one.poll()).isPresent();
            ip.deliver(PEER, 5000, SECOND, 7, HELLO);
            assertThat(all.poll()).isPresent();
            assertThat(all.poll()).isEmpty();
            assertThat(one.poll()).isEmpty();
            assertThat(connected.poll()).isEmpty();
        }
    }

    @Test
    void aBroadcastGoesToAllThatItFits() throws IOException {
        var reuse = UdpOptions.defaults().reuseAddress(true);
        try (UdpSocket first = udp.bind(new InetSocketAddress(7), reuse);
             UdpSocket second = udp.bind(new InetSocketAddress(7), reuse);
             UdpSocket other = udp.bind(8)) {
            ip.deliver(PEER, 5000, Ipv4Address.BROADCAST, 7, HELLO);
            assertThat(first.poll()).isPresent();
            assertThat(second.poll()).isPresent();
            assertThat(other.poll()).isEmpty();
        }
    }

    @Test
    void aPortIsSharedOnlyWhereBothAgreeOrTheAddressesDiffer() throws IOException {
        var reuse = UdpOptions.defaults().reuseAddress(true);
        UdpSocket one = udp.bind(at(OWN, 7));
        try (UdpSocket two = udp.bind(at(SECOND, 7))) {
            for (InetSocketAddress taken : List.of(at(OWN, 7), new InetSocketAddress(7))) {
                assertThatExceptionOfType(BindException.class).isThrownBy(() -> udp.bind(taken))
                        .withMessageContaining("7");
                assertThatExceptionOfType(BindException.class).isThrownBy(() -> udp.bind(taken, reuse));
            }
            one.close();
            udp.bind(at(OWN, 7)).close();
            assertThat(two.isClosed()).isFalse();
        }
    }

    @Test
    void refusesToBindToWhatIsNotAnAddressOfTheStack() {
        assertThatExceptionOfType(BindException.class).isThrownBy(() -> udp.bind(at(PEER, 7)))
                .withMessageContaining("10.0.0.2");
    }

    @Test
    void choosesFreePortsThatNobodyCanGuess() throws IOException {
        List<UdpSocket> open = new ArrayList<>();
        Set<Integer> ports = new LinkedHashSet<>();
        for (int i = 0; i < 200; i++) {
            open.add(i % 2 == 0 ? udp.open() : udp.connect("10.0.0.2", 1000 + i));
            ports.add(open.getLast().localAddress().getPort());
        }
        assertThat(ports).hasSize(200).allMatch(port -> port >= 16_384);
        assertThat(ports.stream().mapToInt(Integer::intValue).max().getAsInt()
                - ports.stream().mapToInt(Integer::intValue).min().getAsInt()).as("spread").isGreaterThan(10_000);
        open.forEach(UdpSocket::close);
    }
}
