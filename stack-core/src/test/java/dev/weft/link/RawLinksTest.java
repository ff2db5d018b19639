package dev.weft.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.FrameKit;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.LoopbackDevice;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.EtherType;
import dev.weft.wire.MacAddress;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RawLinksTest {

    private final Counters counters = new Counters();
    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();

    private void handleBothVersions(DeviceLink link) {
        link.setHandler(EtherType.IPV4, frame -> handled.add("v4 " + Arrays.hashCode(FrameKit.bytes(frame))));
        link.setHandler(EtherType.IPV6, frame -> handled.add("v6 " + Arrays.hashCode(FrameKit.bytes(frame))));
    }

    private String next() throws InterruptedException {
        return handled.poll(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void dispatchesByTheVersionOfThePacketAndDropsOthers() throws InterruptedException {
        var cable = new Cable(MemoryLinkOptions.defaults().linkType(LinkType.RAW_IP));
        var link = new PointToPointLink("tun0", cable.left(), NanoClock.system(), counters);
        handleBothVersions(link);
        try (var kit = new FrameKit(); var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
            link.start(scope, ReaderMode.PLATFORM);
            byte[] v4 = {0x45, 1, 2};
            byte[] v6 = {0x60, 3};
            kit.send(cable.right(), new byte[0]);
            kit.send(cable.right(), new byte[] {0x55});
            kit.send(cable.right(), v6);
            kit.send(cable.right(), v4);
            assertThat(next()).isEqualTo("v6 " + Arrays.hashCode(v6));
            assertThat(next()).isEqualTo("v4 " + Arrays.hashCode(v4));
            assertThat(counters.value("link.tun0.in.runt")).isEqualTo(1);
            assertThat(counters.value("link.tun0.in.unknown_version")).isEqualTo(1);

            OutFrame frame = kit.frame(v4);
            assertThat(link.transmit(frame, 0, EtherType.IPV4)).isTrue();
            kit.release(frame);
            assertThat(kit.receiveAll(cable.right(), 0)).containsExactly(v4);
            assertThat(link.hasLinkAddresses()).isFalse();
            assertThat(link.mac()).isEqualTo(MacAddress.ZERO);
            link.close();
        }
        cable.right().close();
    }

    @Test
    void loopsPacketsOfUpTo65535BytesBack() throws InterruptedException {
        var leaks = LeakCheck.begin("weft", "test");
        var link = new LoopbackLink("lo", NanoClock.system(), counters);
        handleBothVersions(link);
        try (var kit = new FrameKit(); var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
            link.start(scope, ReaderMode.PLATFORM);
            byte[] largest = new byte[LoopbackDevice.MTU];
            Arrays.fill(largest, (byte) 0x45);
            OutFrame frame = kit.frame(largest);
            OutFrame giant = kit.frame(new byte[LoopbackDevice.MTU + 1]);
            assertThat(link.transmit(giant, 0, EtherType.IPV4)).isTrue();
            assertThat(link.transmit(frame, 0, EtherType.IPV4)).isTrue();
            assertThat(next()).isEqualTo("v4 " + Arrays.hashCode(largest));
            assertThat(link.mtu()).isEqualTo(65_535);
            assertThat(link.isLoopback()).isTrue();
            assertThat(counters.value("lo.too_long")).isEqualTo(1);
            kit.release(frame);
            kit.release(giant);
            link.close();
        }
        leaks.assertNone();
    }
}
