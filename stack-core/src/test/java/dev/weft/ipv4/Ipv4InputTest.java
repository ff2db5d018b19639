package dev.weft.ipv4;

import static dev.weft.ipv4.Ipv4Bench.PEER;
import static dev.weft.ipv4.Ipv4Bench.US;
import static dev.weft.ipv4.Packets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.LinkCast;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Option;
import dev.weft.wire.Octets;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is let in and what is not, rule by rule: each with a packet that passes and one that does not. */
class Ipv4InputTest {

    private final Ipv4Bench bench = new Ipv4Bench();
    private final List<String> received = new ArrayList<>();

    @BeforeEach
    void listen() {
        bench.ipv4.handle(253, (packet, payload) -> received.add(packet.source() + " " + packet.cast() + " "
                + Arrays.toString(payload.toBytes())));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void assertTaken(String... what) {
        assertThat(received).containsExactly(what);
    }

    private void assertDropped(String counter) {
        assertThat(received).isEmpty();
        assertThat(bench.count("ipv4.in." + counter)).as(counter).isEqualTo(1);
    }

    @Test
    void takesAPacketForOneOfOurAddresses() {
        bench.deliver(packet(PEER, US));
        assertTaken(PEER + " UNICAST [1, 2, 3, 4]");
        assertThat(bench.count("ipv4.in.delivered")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
            "224.0.0.5, source_multicast", "255.255.255.255, source_broadcast", "10.9.0.255, source_broadcast",
            "241.2.3.4, source_reserved", "127.0.0.1, source_loopback", "0.0.0.0, source_this_network",
            "0.1.2.3, source_this_network", US + ", source_own"})
    void dropsASourceThatNoPacketFromAWireCanHave(String source, String counter) {
        bench.deliver(packet(source, US));
        assertDropped(counter);
    }

    @ParameterizedTest
    @CsvSource({
            "127.0.0.1, destination_loopback", "0.0.0.0, destination_invalid", "0.0.0.9, destination_invalid",
            "240.0.0.1, destination_invalid", "10.9.0.3, not_ours", "192.0.2.1, not_ours", "10.9.0.0, not_ours",
            "10.8.255.255, not_ours", "224.9.9.9, group_not_joined"})
    void dropsADestinationThatIsNotOurs(String destination, String counter) {
        bench.deliver(packet(PEER, destination));
        assertDropped(counter);
    }

    @ParameterizedTest
    @CsvSource({"255.255.255.255, BROADCAST", "10.9.0.255, BROADCAST", "224.0.0.1, MULTICAST"})
    void takesWhatIsSentToAllHosts(String destination, LinkCast cast) {
        bench.link.deliver(packet(PEER, destination).bytes(), LinkCast.BROADCAST, 0);
        assertTaken(PEER + " " + cast + " [1, 2, 3, 4]");
    }

    @Test
    void takesAGroupFromJoinToLeaveAndCountsJoins() {
        bench.ipv4.join(bench.link, Ipv4Address.of("224.9.9.9"));
        bench.ipv4.join(bench.link, Ipv4Address.of("224.9.9.9"));
        assertThat(bench.ipv4.leave(bench.link, Ipv4Address.of("224.9.9.9"))).isTrue();
        bench.deliver(packet(PEER, "224.9.9.9"));
        assertThat(received).hasSize(1);
        assertThat(bench.ipv4.leave(bench.link, Ipv4Address.of("224.9.9.9"))).isTrue();
        bench.deliver(packet(PEER, "224.9.9.9"));
        assertThat(received).hasSize(1);
        assertThat(bench.ipv4.leave(bench.link, Ipv4Address.of("224.9.9.9"))).isFalse();
    }

    @Test
    void takesAClientWithoutAddressThatAsksAllHosts() {
        bench.deliver(packet("0.0.0.0", "255.255.255.255"));
        assertTaken("0.0.0.0 BROADCAST [1, 2, 3, 4]");
    }

    @Test
    void dropsAPacketForOneHostInAFrameForAll() {
        bench.link.deliver(packet(PEER, US).bytes(), LinkCast.BROADCAST, 0);
        assertDropped("unicast_in_link_group");
        bench.link.deliver(packet(PEER, US).bytes(), LinkCast.MULTICAST, 0);
        assertThat(bench.count("ipv4.in.unicast_in_link_group")).isEqualTo(2);
    }

    @Test
    void takesLoopbackAndOwnAddressesOnTheLoopbackLink() {
        bench.loopback.deliver(packet("127.0.0.1", "127.3.4.5").bytes(), LinkCast.UNICAST, 0);
        bench.loopback.deliver(packet(US, US).bytes(), LinkCast.UNICAST, 0);
        assertTaken("127.0.0.1 UNICAST [1, 2, 3, 4]", US + " UNICAST [1, 2, 3, 4]");
    }

    @Test
    void cutsThePaddingOfTheLink() {
        bench.deliver(Arrays.copyOf(packet(PEER, US).bytes(), 46));
        assertTaken(PEER + " UNICAST [1, 2, 3, 4]");
    }

    @Test
    void takesAnyTtlAndAnEmptyPayload() {
        bench.deliver(packet(PEER, US).ttl(0).payload(new byte[0]));
        assertTaken(PEER + " UNICAST []");
    }

    @Test
    void skipsOptionsByTheHeaderLength() {
        bench.deliver(packet(PEER, US).options(new Ipv4Option.NoOperation(), new Ipv4Option.RouterAlert(0),
                new Ipv4Option.Unknown(130, Octets.of(new byte[] {9, 9}))));
        assertTaken(PEER + " UNICAST [1, 2, 3, 4]");
    }

    @Test
    void refusesSourceRoutes() {
        bench.deliver(packet(PEER, US).options(new Ipv4Option.SourceRoute(false, 4, List.of(Ipv4Address.of("10.9.0.9")))));
        assertDropped("source_route");
        bench.deliver(packet(PEER, US).options(new Ipv4Option.SourceRoute(true, 4, List.of(Ipv4Address.of("10.9.0.9")))));
        assertThat(bench.count("ipv4.in.source_route")).isEqualTo(2);
        assertThat(bench.errors).isEmpty();
    }

    @Test
    void tellsTheSenderOfABadOptionWhereItIs() {
        byte[] bytes = packet(PEER, US).options(new Ipv4Option.RouterAlert(0)).bytes();
        bytes[21] = 1;   // an option of one byte cannot have a length byte
        checksum(bytes);
        bench.deliver(bytes);
        assertDropped("option_length_too_small");
        assertThat(bench.errors).containsExactly("parameter problem " + PEER + " at 21");
    }

    @ParameterizedTest
    @CsvSource({
            "0, 0x65, bad_version", "0, 0x44, header_length_too_small", "0, 0x4f, header_beyond_frame",
            "3, 10, total_length_too_small", "3, 200, total_length_beyond_frame"})
    void dropsEveryMalformedHeaderUnderItsOwnName(int at, int value, String counter) {
        byte[] bytes = packet(PEER, US).bytes();
        bytes[at] = (byte) value;
        bench.deliver(bytes);
        assertDropped(counter);
        assertThat(bench.errors).isEmpty();
    }

    @Test
    void dropsABadChecksumAndWhatIsCut() {
        byte[] bytes = packet(PEER, US).bytes();
        bytes[10] ^= 1;
        bench.deliver(bytes);
        assertDropped("bad_checksum");
        bench.deliver(new byte[19]);
        assertDropped("header_cut");
        bench.deliver(new byte[0]);
        assertThat(bench.count("ipv4.in.header_cut")).isEqualTo(2);
    }

    @Test
    void tellsTheSenderThatNobodyTakesAProtocol() {
        bench.deliver(packet(PEER, US).protocol(99));
        assertDropped("no_protocol");
        assertThat(bench.errors).containsExactly("protocol unreachable " + PEER);
    }

    @Test
    void givesAReassembledPayloadAwayAndLendsAnother() {
        List<Payload> payloads = new ArrayList<>();
        bench.ipv4.handle(254, (packet, payload) -> payloads.add(payload));
        Packets whole = packet(PEER, US).protocol(254).payload(Packets.pattern(3000));
        bench.deliver(whole.fragment(1480, 3000));
        assertThat(payloads).isEmpty();
        bench.deliver(whole.fragment(0, 1480));
        assertThat(payloads).singleElement().isInstanceOfSatisfying(Payload.Reassembled.class,
                it -> assertThat(it.bytes()).isEqualTo(Packets.pattern(3000)));
        bench.deliver(packet(PEER, US).protocol(254));
        assertThat(payloads.getLast()).isInstanceOf(Payload.Slice.class);
        // Borrowed: the test's link frees its memory after each frame.
        assertThat(((Payload.Slice) payloads.getLast()).bytes().scope().isAlive()).isFalse();
    }

    @Test
    void combinesTheEcnBitsAndTellsTheTransportOfTheDevicesVerdict() {
        List<String> seen = new ArrayList<>();
        bench.protocols.handle(254, packet -> seen.add(packet.trafficClass() + " " + packet.isChecksumVerified() + " "
                + packet.isReassembled() + " " + packet.headerLength()));
        Packets whole = packet(PEER, US).protocol(254).payload(Packets.pattern(32)).options(new Ipv4Option.RouterAlert(0));
        bench.deliver(whole.tos(0x2a).fragment(0, 16));   // ECT(0)
        bench.deliver(whole.tos(0x2b).fragment(16, 32));  // congestion experienced
        bench.link.deliver(whole.bytes(), LinkCast.UNICAST, 0, ChecksumMark.VERIFIED);
        bench.deliver(whole.bytes());
        assertThat(seen).containsExactly("43 false true 24", "0 true false 24", "0 false false 24");
    }

    static void checksum(byte[] packet) {
        var segment = MemorySegment.ofArray(packet);
        Bytes.set16(segment, 10, 0);
        Bytes.set16(segment, 10, Checksum.finish(
                Checksum.sum(segment, 0, (packet[0] & 0xf) * 4, 0)));
    }
}
