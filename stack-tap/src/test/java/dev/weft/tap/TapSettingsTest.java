package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import dev.weft.wire.MacAddress;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code ip} shows of a device that Weft has made. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class TapSettingsTest {

    private final NetNamespace namespace = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void makesADeviceThatGoesWhenItIsClosed() {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").fresh())) {
            assertThat(tap.device.name()).isEqualTo("weft0");
            assertThat(tap.device.mtu()).isEqualTo(1500);
            assertThat(namespace.ip("-d link show dev weft0")).contains("tun type tap").contains("state DOWN");
        }
        assertThat(namespace.exec("ip", "link", "show", "dev", "weft0").exitStatus()).isNotZero();
    }

    @Test
    void leavesAPersistentDeviceAndAttachesToItAgain() {
        FrameTap.open(namespace, Tap.named("weft0").persistent(true)).close();
        assertThat(namespace.ip("-d link show dev weft0")).contains("persist on");
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").existing())) {
            assertThat(tap.device.isUp()).isFalse();
        }
        assertThat(namespace.ip("-d link show dev weft0")).as("left as it was").contains("persist on");
        FrameTap.open(namespace, Tap.named("weft0").persistent(false)).close();
        assertThat(namespace.exec("ip", "link", "show", "dev", "weft0").exitStatus()).isNotZero();
    }

    @Test
    void setsMtuAddressesOwnerAndState() {
        var mac = MacAddress.of("02:00:00:00:00:99");
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").mtu(9000).hostMac(mac).host("10.9.0.1/20")
                .owner(0).group(0))) {
            assertThat(tap.device.mtu()).isEqualTo(9000);
            assertThat(tap.device.isUp()).isTrue();
            assertThat(tap.device.address()).as("Weft's own").isEmpty();
            assertThat(namespace.ip("-d link show dev weft0"))
                    .contains("mtu 9000").contains(mac.toString()).contains("user root").contains("group root");
            assertThat(namespace.ip("addr show dev weft0")).contains("inet 10.9.0.1/20 ");
            assertThat(namespace.ip("route show")).contains("10.9.0.0/20 dev weft0");
        }
    }

    @Test
    void makesTheQueueLongerWhereNobodyHasChosenItsLength() {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0")); var tun = FrameTap.open(namespace, Tap.named("weft1").tun())) {
            for (FrameTap made : List.of(tap, tun)) {
                assertThat(made.device.queueFrames()).isEqualTo(Tap.DEFAULT_QUEUE_FRAMES);
                assertThat(namespace.ip("link show dev " + made.device.name())).contains("qlen " + Tap.DEFAULT_QUEUE_FRAMES);
            }
        }
        namespace.ip("tuntap add dev weft0 mode tap");
        namespace.ip("link set weft0 txqueuelen 50");
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            assertThat(tap.device.queueFrames()).as("somebody has chosen it").isEqualTo(50);
        }
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").queueFrames(2000))) {
            assertThat(tap.device.queueFrames()).isEqualTo(2000);
        }
    }

    @Test
    void leavesTheQueueAsItIsWhereThatTakesMoreRights() {
        namespace.ip("tuntap add dev weft0 mode tap user root");
        namespace.dropRights();
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            assertThat(tap.device.queueFrames()).isEqualTo(1000);
        }
    }

    /** The queue is as long as it says: that many frames wait, while nobody reads, and not one is lost. */
    @Test
    void keepsAsManyFramesAsItSays() throws Exception {
        int frames = 3000;
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"))) {
            namespace.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev weft0 nud permanent");
            namespace.run(() -> {
                try (var socket = new DatagramSocket()) {
                    for (int i = 0; i < frames; i++) {
                        socket.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral("10.9.0.2"), 9));
                    }
                }
            });
            tap.readUntil(() -> tap.counters.value("tap.in.frames") >= frames);
            assertThat(namespace.statistic("weft0", "tx", "dropped")).isZero();
        }
    }

    @Test
    void replacesTheAddressOfTheKernelsSide() {
        FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/20").persistent(true)).close();
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"))) {
            assertThat(tap.device.isUp()).isTrue();
            assertThat(namespace.ip("addr show dev weft0")).contains("inet 10.9.0.1/24 ").doesNotContain("/20");
        }
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.1.1/24"))) {
            assertThat(tap.device.isUp()).isTrue();
            assertThat(namespace.ip("addr show dev weft0")).contains("inet 10.9.1.1/24 ").doesNotContain("10.9.0.1");
        }
    }

    @Test
    void takesNoRightsForWhatIsInForceAlready() {
        Tap description = Tap.named("weft0").mtu(1400).hostMac(MacAddress.of("02:00:00:00:00:99")).host("10.9.0.1/24");
        FrameTap.open(namespace, description.owner(0).persistent(true)).close();
        namespace.dropRights();
        try (var tap = FrameTap.open(namespace, description)) {
            assertThat(tap.device.isUp()).isTrue();
            assertThat(tap.device.mtu()).isEqualTo(1400);
        }
    }

    @Test
    void opensADeviceInAnotherNamespaceAndSeesItsLinkThere() throws Exception {
        try (var other = NetNamespace.create();
                var tap = FrameTap.open(namespace, Tap.named("weft0").namespace(other.file()).mtu(1400).fresh())) {
            assertThat(other.ip("link show dev weft0")).contains("mtu 1400").contains("state DOWN");
            assertThat(namespace.exec("ip", "link", "show", "dev", "weft0").exitStatus()).as("not here").isNotZero();
            other.ip("link set weft0 up");
            tap.readUntil(tap.device::isUp);
            other.ip("addr add 10.9.0.1/24 dev weft0");
            other.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev weft0 nud permanent");
            var ping = other.execLater("ping", "-c", "1", "-W", "20", "10.9.0.2");
            tap.send(tap.await(frame -> Packets.echoReply(frame, 14)));
            assertThat(ping.get().exitStatus()).isZero();
        }
    }

    @Test
    void carriesTheLargestMtu() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").mtu(Tap.LARGEST_MTU).host("10.9.0.1/24"))) {
            namespace.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev weft0 nud permanent");
            var ping = namespace.execLater("ping", "-c", "1", "-W", "20", "-s", "65000", "10.9.0.2");
            tap.send(tap.await(frame -> Packets.echoReply(frame, 14)));
            assertThat(ping.get().exitStatus()).isZero();
        }
    }
}
