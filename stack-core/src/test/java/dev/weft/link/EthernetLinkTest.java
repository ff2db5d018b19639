package dev.weft.link;

import static dev.weft.device.FrameKit.ethernet;
import static dev.weft.link.LinkFixture.OWN;
import static dev.weft.link.LinkFixture.PEER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.device.FrameKit;
import dev.weft.device.LinkCast;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.device.OutFrame;
import dev.weft.testing.Eventually;
import dev.weft.wire.EtherType;
import dev.weft.wire.MacAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EthernetLinkTest {

    private static final MacAddress GROUP = MacAddress.of("01:00:5e:00:00:fb");
    private static final byte[] PAYLOAD = {1, 2, 3};

    private final BlockingQueue<LinkCast> casts = new LinkedBlockingQueue<>();
    private LinkFixture fixture = new LinkFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void startWithHandler() {
        fixture.link.setHandler(EtherType.IPV4, frame -> {
            casts.add(frame.cast());
            fixture.handled.add(FrameKit.bytes(frame));
        });
        fixture.start();
    }

    /** Sends {@code rejected}, then a frame that is accepted: when that one has come, the other was dealt with. */
    private void assertRejected(LinkDiscard reason, byte[] rejected) throws InterruptedException {
        startWithHandler();
        fixture.send(rejected);
        fixture.send(ethernet(OWN, PEER, EtherType.IPV4, (byte) 99));
        assertThat(fixture.nextHandled()).containsExactly(99);
        assertThat(fixture.handled).isEmpty();
        assertThat(fixture.counters.value("link.eth0.in." + reason.name().toLowerCase())).isEqualTo(1);
    }

    private void assertAccepted(LinkCast cast, MacAddress destination) throws InterruptedException {
        startWithHandler();
        fixture.send(ethernet(destination, PEER, EtherType.IPV4, PAYLOAD));
        assertThat(fixture.nextHandled()).isEqualTo(PAYLOAD);
        assertThat(casts).containsExactly(cast);
        assertThat(fixture.counters.value("link.eth0.received")).isEqualTo(1);
    }

    @Test
    void passesUpWhatIsSentToItsOwnAddress() throws InterruptedException {
        assertAccepted(LinkCast.UNICAST, OWN);
    }

    @Test
    void passesUpWhatIsSentToEverybody() throws InterruptedException {
        assertAccepted(LinkCast.BROADCAST, MacAddress.BROADCAST);
    }

    @Test
    void passesUpWhatIsSentToAJoinedGroup() throws InterruptedException {
        fixture.link.joinMulticast(GROUP);
        assertAccepted(LinkCast.MULTICAST, GROUP);
    }

    @Test
    void dropsWhatIsSentToAGroupNobodyJoined() throws InterruptedException {
        fixture.link.joinMulticast(MacAddress.of("01:00:5e:00:00:fc"));
        assertRejected(LinkDiscard.GROUP_NOT_JOINED, ethernet(GROUP, PEER, EtherType.IPV4, PAYLOAD));
    }

    @Test
    void staysInAGroupUntilEachJoinWasTakenBack() throws InterruptedException {
        fixture.link.joinMulticast(GROUP);
        fixture.link.joinMulticast(GROUP);
        fixture.link.leaveMulticast(GROUP);
        assertAccepted(LinkCast.MULTICAST, GROUP);
        fixture.link.leaveMulticast(GROUP);
        fixture.link.leaveMulticast(GROUP);
        fixture.send(ethernet(GROUP, PEER, EtherType.IPV4, PAYLOAD));
        Eventually.isTrue("the discard", () -> fixture.counters.value("link.eth0.in.group_not_joined") == 1);
        assertThat(fixture.handled).isEmpty();
    }

    @Test
    void dropsWhatIsSentToAnotherStation() throws InterruptedException {
        assertRejected(LinkDiscard.NOT_OURS, ethernet(MacAddress.of("02:00:00:00:00:03"), PEER, EtherType.IPV4, PAYLOAD));
    }

    @Test
    void dropsASourceThatIsAGroup() throws InterruptedException {
        assertRejected(LinkDiscard.GROUP_SOURCE, ethernet(OWN, GROUP, EtherType.IPV4, PAYLOAD));
    }

    @Test
    void dropsAFrameShorterThanItsHeader() throws InterruptedException {
        assertRejected(LinkDiscard.RUNT, Arrays.copyOf(ethernet(OWN, PEER, EtherType.IPV4), 13));
    }

    @Test
    void dropsAFrameOfLengthFormat() throws InterruptedException {
        assertRejected(LinkDiscard.LENGTH_FRAME, ethernet(OWN, PEER, 3, PAYLOAD));
    }

    @Test
    void dropsATypeBetweenLengthsAndTypes() throws InterruptedException {
        assertRejected(LinkDiscard.LENGTH_FRAME, ethernet(OWN, PEER, EtherType.MINIMUM - 1, PAYLOAD));
    }

    @Test
    void dropsAVlanTagAsAnUnknownType() throws InterruptedException {
        assertRejected(LinkDiscard.UNKNOWN_TYPE, ethernet(OWN, PEER, 0x8100, new byte[] {0, 1, 8, 0, 1, 2, 3}));
    }

    @Test
    void givesEachTypeToItsHandler() throws InterruptedException {
        fixture.link.setHandler(EtherType.ARP, frame -> fixture.handled.add(new byte[] {(byte) frame.length()}));
        startWithHandler();
        fixture.send(ethernet(OWN, PEER, EtherType.ARP, new byte[28]));
        assertThat(fixture.nextHandled()).containsExactly(28);
        assertThatIllegalStateException().isThrownBy(() -> fixture.link.setHandler(EtherType.ARP, frame -> { }));
    }

    @Test
    void sendsWithItsHeaderAndGivesTheFrameBackAsItWas() {
        OutFrame frame = fixture.kit.frame(PAYLOAD);
        assertThat(fixture.link.transmit(frame, PEER.bits(), EtherType.IPV4)).isTrue();
        assertThat(fixture.kit.receiveAll(fixture.cable.right(), 0))
                .containsExactly(ethernet(PEER, OWN, EtherType.IPV4, PAYLOAD));
        assertThat(frame.length()).isEqualTo(PAYLOAD.length);
        assertThat(frame.start()).isEqualTo(OutFrame.HEADROOM);
        assertThat(fixture.counters.value("link.eth0.sent")).isEqualTo(1);
        fixture.kit.release(frame);
    }

    @Test
    void padsShortFramesWithZerosAndTakesThePaddingOffAgain() {
        fixture.close();
        fixture = new LinkFixture(MemoryLinkOptions.defaults().minimumFrame(60));
        OutFrame inHead = fixture.kit.frame(PAYLOAD);
        OutFrame inPiece = fixture.kit.frame(new byte[] {7});
        var piece = java.lang.foreign.Arena.ofAuto().allocate(4);
        piece.fill((byte) 9);
        inPiece.addPiece(piece, 1, 2);
        for (OutFrame dirty : List.of(inHead, inPiece)) {
            dirty.head().asSlice(dirty.end(), 100).fill((byte) 0x55);
        }
        assertThat(fixture.link.transmit(new OutFrame[] {inHead, inPiece}, 0, 2, PEER.bits(), EtherType.IPV4)).isEqualTo(2);
        assertThat(fixture.kit.receiveAll(fixture.cable.right(), 0)).containsExactly(
                Arrays.copyOf(ethernet(PEER, OWN, EtherType.IPV4, PAYLOAD), 60),
                Arrays.copyOf(ethernet(PEER, OWN, EtherType.IPV4, new byte[] {7, 9, 9}), 60));
        assertThat(inHead.length()).isEqualTo(3);
        assertThat(inPiece.length()).isEqualTo(3);
        assertThat(inPiece.pieceSegment(0)).isSameAs(piece);
        assertThat(inPiece.pieceLength(0)).isEqualTo(2);
        fixture.kit.release(inHead);
        fixture.kit.release(inPiece);
    }

    @Test
    void countsALocalDropWhenTheDeviceIsFull() {
        fixture.close();
        fixture = new LinkFixture(MemoryLinkOptions.defaults().limits(2, 1 << 16));
        OutFrame[] frames = {fixture.kit.frame(PAYLOAD), fixture.kit.frame(PAYLOAD), fixture.kit.frame(PAYLOAD)};
        assertThat(fixture.link.transmit(frames, 0, 3, PEER.bits(), EtherType.IPV4)).isEqualTo(2);
        assertThat(fixture.link.transmit(frames[2], PEER.bits(), EtherType.IPV4)).isFalse();
        assertThat(fixture.counters.value("link.eth0.out.device_full")).isEqualTo(2);
        assertThat(fixture.counters.value("link.eth0.sent")).isEqualTo(2);
        for (OutFrame frame : frames) {
            fixture.kit.release(frame);
        }
    }

    @Test
    void refusesToSendWhenClosed() {
        OutFrame frame = fixture.kit.frame(PAYLOAD);
        fixture.link.close();
        assertThat(fixture.link.transmit(frame, PEER.bits(), EtherType.IPV4)).isFalse();
        assertThat(fixture.link.isUp()).isFalse();
        assertThat(fixture.counters.value("link.eth0.out.closed")).isEqualTo(1);
        fixture.kit.release(frame);
    }

    @Test
    void tellsItsListenersOnTheReaderWhenTheCableIsPulledAndPluggedIn() throws InterruptedException {
        fixture.link.addLinkListener(up -> {
            throw new IllegalArgumentException("a listener that fails");
        });
        fixture.link.addLinkListener(up -> fixture.handled.add(new byte[] {(byte) (up ? 1 : 0)}));
        fixture.start();
        assertThat(fixture.link.isUp()).isTrue();
        fixture.cable.setUp(false);
        assertThat(fixture.nextHandled()).containsExactly(0);
        assertThat(fixture.link.isUp()).isFalse();
        fixture.cable.setUp(true);
        assertThat(fixture.nextHandled()).containsExactly(1);
        assertThat(fixture.counters.value("link.eth0.reader.link_listener")).isEqualTo(2);
    }

    @Test
    void keepsTheFramesOfEachOfManySendersWholeAndInOrder() throws Exception {
        fixture.close();
        fixture = new LinkFixture(MemoryLinkOptions.defaults().limits(32, 32 * 1024));
        int senders = 4;
        int frames = 3000;
        int[] seen = new int[senders];
        var broken = new LinkedBlockingQueue<String>();
        var done = new CountDownLatch(senders * frames);
        var stop = new AtomicBoolean();
        fixture.link.setHandler(EtherType.IPV4, frame -> {
            byte[] bytes = FrameKit.bytes(frame);
            int sender = bytes[0];
            int number = bytes[1] << 7 | bytes[2];
            for (int i = 3; i < bytes.length; i++) {
                if (bytes[i] != (byte) (sender + number)) {
                    broken.add("frame " + number + " of " + sender + " at " + i);
                    break;
                }
            }
            if (number != seen[sender]++) {
                broken.add("frame " + number + " of " + sender + " instead of " + (seen[sender] - 1));
            }
            done.countDown();
        });
        fixture.start();
        try (var executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
            for (int sender = 0; sender < senders; sender++) {
                byte id = (byte) sender;
                executor.submit(() -> {
                    for (int number = 0; number < frames; number++) {
                        byte[] payload = new byte[3 + number % 700];
                        Arrays.fill(payload, (byte) (id + number));
                        payload[0] = id;
                        payload[1] = (byte) (number >> 7);
                        payload[2] = (byte) (number & 0x7f);
                        byte[] frame = ethernet(OWN, PEER, EtherType.IPV4, payload);
                        while (!stop.get() && !fixture.kit.send(fixture.cable.right(), frame)) {
                            Thread.yield();
                        }
                    }
                });
            }
            boolean all = done.await(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
            stop.set(true);
            assertThat(all).as("all have come; %s", broken).isTrue();
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void refusesAnAddressThatNoStationHas() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> new EthernetLink("eth1", fixture.cable.right(), GROUP, fixture.clock, fixture.counters))
                .withMessageContaining("cannot be the address of a station");
        assertThatIllegalArgumentException().isThrownBy(
                () -> new PointToPointLink("tun0", fixture.cable.right(), fixture.clock, fixture.counters))
                .withMessageContaining("RAW_IP");
    }
}
