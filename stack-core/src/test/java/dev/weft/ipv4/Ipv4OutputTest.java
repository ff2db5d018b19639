package dev.weft.ipv4;

import static dev.weft.ipv4.Ipv4Bench.PEER;
import static dev.weft.ipv4.Ipv4Bench.US;
import static dev.weft.ipv4.Packets.header;
import static dev.weft.ipv4.Packets.payloadOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.OutFrame;
import dev.weft.ip.IpPath;
import dev.weft.ip.RouteNotFound;
import dev.weft.runtime.Suspension;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves: headers, fragments, destinations that there are and that there are not. */
class Ipv4OutputTest {

    private final Ipv4Bench bench = new Ipv4Bench();
    private final Ipv4 ipv4 = bench.ipv4;
    private final Ipv4Address peer = Ipv4Address.of(PEER);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void writesOneArraySeveralOrInPlace() throws Exception {
        assertThat(ipv4.write(peer, 253, Content.of(new byte[] {1, 2, 3}))).isTrue();
        assertThat(ipv4.write(peer, 253, Content.of(new byte[] {1}, new byte[0], new byte[] {2, 3}))).isTrue();
        assertThat(ipv4.write(peer, 253, Content.into(3, it -> {
            assertThat(it.byteSize()).isEqualTo(3);
            it.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 1);
            it.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 1, (byte) 2);
            it.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 2, (byte) 3);
        }))).isTrue();
        for (int i = 0; i < 3; i++) {
            byte[] packet = bench.link.next().bytes();
            assertThat(payloadOf(packet)).containsExactly(1, 2, 3);
            Ipv4Header header = header(packet);
            assertThat(header.source()).hasToString(US);
            assertThat(header.destination()).isEqualTo(peer);
            assertThat(header.ttl()).isEqualTo(64);
            assertThat(header.dontFragment()).isFalse();
        }
    }

    @Test
    void memoryThatIsFilledInPlaceShowsNothingOfOtherPackets() throws Exception {
        ipv4.write(peer, 253, Content.of(Packets.pattern(5000)));
        ipv4.write(peer, 253, Content.of(Packets.pattern(50)));
        bench.link.sent.clear();
        ipv4.write(peer, 253, Content.into(50, _ -> { }));
        assertThat(payloadOf(bench.link.next().bytes())).containsOnly(0);
        ipv4.write(peer, 253, Content.into(5000, _ -> { }));
        assertThat(payloadOf(bench.link.next().bytes())).containsOnly(0);
    }

    @Test
    void contentIsAtMost65515Bytes() {
        assertThat(Content.of(new byte[65_515]).length()).isEqualTo(65_515);
        assertThatThrownBy(() -> Content.of(new byte[65_515], new byte[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Content.into(-1, _ -> { })).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFillerThatThrowsLeavesNothingBehind() {
        for (int i = 0; i < 200; i++) {
            int length = i % 2 == 0 ? 10 : 10_000;
            assertThatThrownBy(() -> ipv4.write(peer, 253, Content.into(length, _ -> {
                throw new IllegalStateException("full");
            }))).hasMessage("full");
        }
        assertThat(bench.link.sent).isEmpty();
        assertThat(bench.count("ipv4.out.no_frame") + bench.count("ipv4.out.no_buffer")).isZero();
    }

    @Test
    void ttlTosAndDontFragmentAreSettable() throws Exception {
        ipv4.write(peer, 253, Content.of(new byte[1]), new SendOptions(7, 0xb8, true));
        Ipv4Header header = header(bench.link.next().bytes());
        assertThat(header.ttl()).isEqualTo(7);
        assertThat(header.tos()).isEqualTo(0xb8);
        assertThat(header.dontFragment()).isTrue();
    }

    @Test
    void whatMustNotBeFragmentedIsDroppedWhereItIsTooLong() throws Exception {
        var how = ipv4.defaults().dontFragment(true);
        assertThat(ipv4.write(peer, 253, Content.of(new byte[1480]), how)).isTrue();
        assertThat(ipv4.write(peer, 253, Content.of(new byte[1481]), how)).isFalse();
        assertThat(bench.count("ipv4.out.must_not_fragment")).isEqualTo(1);
        assertThat(bench.link.sent).hasSize(1);
    }

    @Test
    void identificationsOfFragmentableDatagramsDifferAndCannotBeToldFromOneAnother() throws Exception {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < 1000; i++) {
            ipv4.write(peer, 253, Content.of(new byte[1]));
            seen.add(header(bench.link.next().bytes()).identification());
        }
        assertThat(seen).as("RFC 6864 §4.3: no repetition soon").hasSize(1000);
        var first = new HashSet<Integer>();
        for (int host = 1; host < 200; host++) {
            ipv4.write(Ipv4Address.of("198.51.100." + host), 253, Content.of(new byte[1]));
            first.add(header(bench.link.next().bytes()).identification());
        }
        assertThat(first).as("what one host sees tells nothing about another").hasSizeGreaterThan(190);
    }

    @Test
    void aFullDeviceIsSaidAndCounted() throws Exception {
        bench.link.takesFrames = false;
        assertThat(ipv4.write(peer, 253, Content.of(new byte[1]))).isFalse();
        assertThat(ipv4.write(peer, 253, Content.of(new byte[4000]))).isFalse();
        assertThat(bench.count("ipv4.out.device_full")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.0.0.5", "240.0.0.1"})
    void whatNoHostHasIsNoDestination(String address) {
        assertThatThrownBy(() -> ipv4.write(Ipv4Address.of(address), 253, Content.of(new byte[1])))
                .isInstanceOf(RouteNotFound.class).hasMessageContaining(address);
    }

    @Test
    void ownAndLoopbackAddressesStayInTheHost() throws Exception {
        ipv4.write(Ipv4Address.of(US), 253, Content.of(new byte[1]));
        assertThat(header(bench.loopback.next().bytes()).source()).hasToString(US);
        ipv4.write(Ipv4Address.of("127.0.0.5"), 253, Content.of(new byte[1]));
        assertThat(header(bench.loopback.next().bytes()).source()).hasToString("127.0.0.1");
        assertThat(bench.link.sent).isEmpty();
        assertThatThrownBy(() -> ipv4.path(Ipv4Address.LOOPBACK, peer)).isInstanceOf(RouteNotFound.class);
        assertThatThrownBy(() -> ipv4.path(Ipv4Address.of("10.9.0.3"), peer)).isInstanceOf(RouteNotFound.class)
                .hasMessageContaining("not an address of this stack");
    }

    @Test
    void broadcastsAndGroupsNeedNoGateway() throws Exception {
        for (String group : new String[] {"255.255.255.255", "10.9.0.255", "224.0.0.251"}) {
            IpPath path = ipv4.path(null, Ipv4Address.of(group));
            assertThat(path.isGroup()).as(group).isTrue();
            assertThat(path.local()).hasToString(US);
            assertThat(path.link()).isSameAs(bench.link);
        }
        assertThat(ipv4.path(null, peer).isGroup()).isFalse();
    }

    @Test
    void reconfigureTakesEffectAtOnceAndPathsSayThatTheyAreOld() throws Exception {
        IpPath path = ipv4.path(null, peer);
        assertThat(path.isCurrent()).isTrue();
        assertThat(ipv4.src(peer)).hasToString(US);
        ipv4.reconfigure(bench.link, List.of(InterfaceAddress.of("172.16.0.2/16"), InterfaceAddress.of("10.9.0.4/24")),
                Optional.empty());
        assertThat(path.isCurrent()).isFalse();
        assertThat(ipv4.src(peer)).hasToString("10.9.0.4");
        assertThat(ipv4.addresses()).hasSize(2);
        assertThatThrownBy(() -> ipv4.src(Ipv4Address.of("192.0.2.1"))).isInstanceOf(RouteNotFound.class);
        ipv4.unconfigure(bench.link);
        assertThat(ipv4.addresses()).isEmpty();
        assertThatThrownBy(() -> ipv4.src(peer)).isInstanceOf(RouteNotFound.class);
        assertThat(ipv4.isLocal(0, Ipv4Address.LOOPBACK.lo())).isTrue();
    }

    @Test
    void whatMaySuspendIsRefusedOnAReaderAndTheRestIsNot() {
        List<Throwable> thrown = new ArrayList<>();
        Suspension.forbid("a test's reader", () -> {
            try {
                ipv4.write(peer, 253, Content.of(new byte[1]));
            } catch (Exception e) {
                thrown.add(e);
            }
            try {
                assertThat(ipv4.writeDirectly(peer, MacAddress.ZERO, 253, Content.of(new byte[1]))).isTrue();
                assertThat(ipv4.attemptToDiscoverDestination(peer)).as("no link addresses here").isEmpty();
            } catch (RouteNotFound e) {
                thrown.add(e);
            }
        });
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(bench.link.sent).hasSize(1);
    }

    @Test
    void severalFramesGoInOneCall() throws Exception {
        IpPath path = ipv4.path(null, peer);
        OutFrame[] frames = {bench.link.frames().tryAcquire(), bench.link.frames().tryAcquire()};
        for (OutFrame frame : frames) {
            frame.append(20);
        }
        assertThat(path.send(frames, 0, 2, 253, 0, 0, true)).isEqualTo(2);
        assertThat(bench.link.batches).isEqualTo(1);
        for (OutFrame frame : frames) {
            assertThat(frame.length()).as("the header is off again").isEqualTo(20);
            assertThat(header(bench.link.next().bytes()).identification()).as("RFC 6864: an atomic datagram").isZero();
            bench.link.frames().release(frame);
        }
    }
}
