package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.resource.LentMemory;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames that somebody keeps stay as they came, whatever comes after them (D3). */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class KeptFramesTest {

    private static final int HEADERS = 28;
    private static final int TEXT = 1000;

    private final NetNamespace namespace = NetNamespace.create();

    private record Kept(LentMemory memory, MemorySegment text) {
    }

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void surviveThoseThatComeAfterThemAndTheDevice() throws Exception {
        List<Kept> kept = new ArrayList<>();
        int all = 3 * FrameStore.BLOCKS;
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").tun().offload(true).host("10.9.0.1/24"));
                var socket = namespace.call(() -> new DatagramSocket(new InetSocketAddress("10.9.0.1", 0)))) {
            for (int i = 0; i < all; i++) {
                var text = new byte[TEXT];
                Arrays.fill(text, (byte) i);
                namespace.run(() -> socket.send(new DatagramPacket(text, TEXT, InetAddress.ofLiteral("10.9.0.2"), 9)));
                Frame frame = receive(tap);
                assertThat(frame.segment().get(ValueLayout.JAVA_BYTE, frame.offset() + HEADERS)).isEqualTo((byte) i);
                // The last block is never lent: frames come as before.
                assertThat(frame.lent() != null).as("frame %d", i).isEqualTo(i < FrameStore.BLOCKS - 1);
                if (frame.lent() != null) {
                    frame.lent().keep();
                    kept.add(new Kept(frame.lent(), frame.segment().asSlice(frame.offset() + HEADERS, TEXT)));
                }
            }
        }
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.get(i).text().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) i);
            kept.get(i).memory().giveBack();
        }
        assertThat(OffHeap.liveByOwner()).doesNotContainKey("tap");
    }

    /** The next datagram; other frames are of the kernel's making. */
    private static Frame receive(FrameTap tap) throws Exception {
        var batch = new FrameBatch();
        for (int turn = 0; turn < 100; turn++) {
            batch.begin(0);
            if (tap.device.receive(batch) == 0) {
                tap.device.awaitFrames(NanoClock.system().nanoTime() + 1_000_000_000L);
            }
            for (int i = 0; i < batch.count(); i++) {
                if (batch.frame(i).length() == HEADERS + TEXT) {
                    return batch.frame(i);
                }
            }
        }
        throw new AssertionError("no datagram came");
    }
}
