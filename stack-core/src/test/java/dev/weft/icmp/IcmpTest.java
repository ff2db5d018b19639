package dev.weft.icmp;

import static dev.weft.ipv4.Ipv4Bench.PEER;
import static dev.weft.ipv4.Ipv4Bench.US;
import static dev.weft.ipv4.Packets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.LinkCast;
import dev.weft.device.TransportPackets;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPacket;
import dev.weft.ipv4.Ipv4Bench;
import dev.weft.ipv4.Packets;
import dev.weft.runtime.Randomness;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Option;
import dev.weft.wire.Ipv4View;
import dev.weft.wire.Octets;
import dev.weft.wire.UnreachableCode;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ICMP answers and what it does not, on a link that the test holds in its hand. */
class IcmpTest {

    private final Ipv4Bench bench = new Ipv4Bench();
    private final Icmp icmp = Icmp.create(bench.ipv4, bench.clock, Randomness.seeded(5), bench.counters,
            IcmpOptions.defaults().errorRate(10, 5));

    @AfterEach
    void close() {
        assertThat(icmp).isNotNull();
        bench.close();
    }

    private static byte[] bytes(IcmpMessage message) {
        byte[] bytes = new byte[message.length()];
        message.emit(MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    private static Packets carry(IcmpMessage message) {
        return packet(PEER, US).protocol(IpProtocol.ICMP).payload(bytes(message));
    }

    private static IcmpMessage message(byte[] packet) {
        byte[] payload = Packets.payloadOf(packet);
        return IcmpMessage.parse(MemorySegment.ofArray(payload), 0, payload.length).orElseThrow();
    }

    // ---- echo

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 55, 56, 1472})
    void answersAnEchoWithItsDataAndItsTypeOfService(int size) throws Exception {
        var data = Octets.of(Packets.pattern(size));
        bench.deliver(carry(new IcmpMessage.EchoRequest(7, 9, data)).tos(0x2b));
        byte[] reply = bench.link.next().bytes();
        assertThat(message(reply)).isEqualTo(new IcmpMessage.EchoReply(7, 9, data));
        assertThat(Packets.header(reply).source()).hasToString(US);
        assertThat(Packets.header(reply).destination()).hasToString(PEER);
        assertThat(Packets.header(reply).tos()).as("without the ECN bits").isEqualTo(0x28);
    }

    @Test
    void answersAnEchoThatCameInFragmentsInFragments() throws Exception {
        var data = Octets.of(Packets.pattern(5000));
        Packets whole = carry(new IcmpMessage.EchoRequest(7, 9, data));
        bench.deliver(whole.fragment(2400, 5008));
        bench.deliver(whole.fragment(0, 2400));
        byte[] answer = new byte[5008];
        for (int done = 0; done < answer.length; ) {
            byte[] part = bench.link.next().bytes();
            byte[] payload = Packets.payloadOf(part);
            System.arraycopy(payload, 0, answer, Packets.header(part).fragmentOffset(), payload.length);
            done += payload.length;
        }
        assertThat(answer).isEqualTo(bytes(new IcmpMessage.EchoReply(7, 9, data)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "10.9.0.255", "224.0.0.1"})
    void doesNotAnswerAnEchoToAll(String all) {
        Packets echo = carry(new IcmpMessage.EchoRequest(1, 1, Octets.of()));
        bench.deliver(packet(PEER, all).protocol(IpProtocol.ICMP).payload(echo.payload()));
        assertThat(bench.link.sent).isEmpty();
        assertThat(bench.count("icmp.in.echo_to_group")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"5, redirect", "4, source_quench", "13, not_supported", "15, not_supported", "42, unknown_type",
            "0, reply_not_awaited"})
    void ignoresTheRest(int type, String counter) {
        byte[] bytes = new byte[40];
        bytes[8] = 0x45;
        IcmpMessage.write(MemorySegment.ofArray(bytes), 0, type, 0, 0, bytes.length);
        bench.deliver(packet(PEER, US).protocol(IpProtocol.ICMP).payload(bytes));
        assertThat(bench.count("icmp.in." + counter)).isEqualTo(1);
        assertThat(bench.link.sent).isEmpty();
        assertThat(bench.table.current().generation()).as("no route has changed").isEqualTo(1);
    }

    @Test
    void dropsABadChecksumAndWhatIsCut() {
        byte[] bytes = bytes(new IcmpMessage.EchoRequest(1, 1, Octets.of(new byte[] {1})));
        bytes[8]++;
        bench.deliver(packet(PEER, US).protocol(IpProtocol.ICMP).payload(bytes));
        bench.deliver(packet(PEER, US).protocol(IpProtocol.ICMP).payload(new byte[7]));
        assertThat(bench.count("icmp.in.bad_checksum")).isEqualTo(1);
        assertThat(bench.count("icmp.in.header_cut")).isEqualTo(1);
        assertThat(bench.link.sent).isEmpty();
    }

    // ---- errors out

    @Test
    void saysProtocolUnreachableAndQuotesThePacket() throws Exception {
        byte[] packet = packet(PEER, US).protocol(99).payload(Packets.pattern(100)).bytes();
        bench.deliver(packet);
        byte[] error = bench.link.next().bytes();
        assertThat(message(error)).isEqualTo(new IcmpMessage.DestinationUnreachable(UnreachableCode.PROTOCOL_UNREACHABLE, 0,
                Octets.of(packet)));
        assertThat(Packets.header(error).source()).hasToString(US);
        assertThat(Packets.header(error).tos()).isZero();
    }

    /** RFC 792: an error quotes what was sent, which had a checksum when it came to a wire. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void quotesTheChecksumThatADeviceLeftToUs(boolean tcp) throws Exception {
        byte[] addresses = ByteBuffer.allocate(8).putInt(Ipv4Address.of(PEER).bits()).putInt(Ipv4Address.of(US).bits()).array();
        var shape = new Shape(new byte[0], false, tcp, new byte[0], new byte[0], addresses, 7, 8, TransportPackets.ACK, 0);
        byte[] text = Packets.pattern(101);
        bench.link.deliver(shape.large(text), LinkCast.UNICAST, bench.clock.nanoTime(), ChecksumMark.PARTIAL);
        byte[] payload = Packets.payloadOf(bench.link.next().bytes());
        byte[] finished = shape.segments(text, 101).getFirst();
        assertThat(Arrays.copyOfRange(payload, 8, payload.length)).isEqualTo(finished);
        bench.link.deliver(finished, LinkCast.UNICAST, bench.clock.nanoTime(), ChecksumMark.VERIFIED);
        payload = Packets.payloadOf(bench.link.next().bytes());
        assertThat(Arrays.copyOfRange(payload, 8, payload.length)).as("one that is finished stays").isEqualTo(finished);
    }

    @Test
    void anErrorHasAtMost576Bytes() throws Exception {
        bench.deliver(packet(PEER, US).protocol(99).payload(Packets.pattern(1400)));
        assertThat(bench.link.next().bytes()).hasSize(576);
    }

    @Test
    void quotesAReassembledDatagramAsIfItHadComeWhole() throws Exception {
        Packets whole = packet(PEER, US).protocol(99).payload(Packets.pattern(64));
        bench.deliver(whole.fragment(0, 32));
        bench.deliver(whole.fragment(32, 64));
        var error = (IcmpMessage.DestinationUnreachable) message(bench.link.next().bytes());
        assertThat(error.quoted()).isEqualTo(Octets.of(whole.bytes()));
    }

    @Test
    void neverAboutWhatWasSentToAll() {
        bench.deliver(packet(PEER, "255.255.255.255").protocol(99));
        bench.deliver(packet(PEER, "10.9.0.255").protocol(99));
        bench.deliver(packet(PEER, "224.0.0.1").protocol(99));
        assertThat(bench.link.sent).isEmpty();
        assertThat(bench.count("icmp.out.not_sent.about_group")).isEqualTo(3);
    }

    @Test
    void neverAboutAnErrorOrAnUnknownTypeButAboutAnEcho() {
        IcmpErrors errors = bench.ipv4.errors();
        byte[] inner = new byte[28];
        inner[0] = 0x45;
        for (int type : new int[] {3, 4, 5, 11, 12, 42}) {
            byte[] message = new byte[36];
            System.arraycopy(inner, 0, message, 8, inner.length);
            IcmpMessage.write(MemorySegment.ofArray(message), 0, type, 0, 0, message.length);
            about(errors, packet(PEER, US).protocol(IpProtocol.ICMP).payload(message));
        }
        assertThat(bench.count("icmp.out.not_sent.about_error")).isEqualTo(6);
        about(errors, packet(PEER, US).protocol(IpProtocol.ICMP).payload(new byte[0]));
        assertThat(bench.count("icmp.out.not_sent.about_error")).as("no type at all").isEqualTo(7);
        assertThat(bench.link.sent).isEmpty();
        about(errors, carry(new IcmpMessage.EchoRequest(1, 1, Octets.of())));
        assertThat(bench.link.sent).hasSize(1);
    }

    @Test
    void neverAboutALaterFragmentButAboutTheFirst() {
        Packets whole = packet(PEER, US).payload(Packets.pattern(64));
        about(bench.ipv4.errors(), whole.fragment(32, 64));
        assertThat(bench.count("icmp.out.not_sent.about_later_fragment")).isEqualTo(1);
        assertThat(bench.link.sent).isEmpty();
        about(bench.ipv4.errors(), whole.fragment(0, 32));
        assertThat(bench.link.sent).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "224.1.1.1", "255.255.255.255", "127.0.0.1"})
    void neverToASourceThatIsNoSingleHost(String source) {
        about(bench.ipv4.errors(), packet(source, US));
        assertThat(bench.count("icmp.out.not_sent.source_not_a_host")).isEqualTo(1);
        assertThat(bench.link.sent).isEmpty();
    }

    @Test
    void errorsAreLimitedInTime() {
        for (int i = 0; i < 100; i++) {
            bench.deliver(packet(PEER, US).protocol(99));
        }
        assertThat(bench.link.sent).hasSize(5);
        assertThat(bench.count("icmp.out.not_sent.rate_limited")).isEqualTo(95);
        bench.clock.advance(Duration.ofMillis(100));
        bench.deliver(packet(PEER, US).protocol(99));
        assertThat(bench.link.sent).hasSize(6);
    }

    @Test
    void pointsAtABadOption() throws Exception {
        byte[] packet = packet(PEER, US).options(new Ipv4Option.RouterAlert(0)).bytes();
        packet[21] = 1;
        MemorySegment segment = MemorySegment.ofArray(packet);
        Bytes.set16(segment, 10, 0);
        Bytes.set16(segment, 10, Checksum.finish(Checksum.sum(segment, 0, 24, 0)));
        bench.deliver(packet);
        assertThat(message(bench.link.next().bytes())).isEqualTo(new IcmpMessage.ParameterProblem(0, 21, Octets.of(packet)));
    }

    private void about(IcmpErrors errors, Packets packet) {
        byte[] bytes = packet.bytes();
        MemorySegment segment = MemorySegment.ofArray(bytes);
        var view = new Ipv4View();
        assertThat(view.wrap(segment, 0, bytes.length)).isNull();
        var received = new IpPacket();
        received.arrival(bench.link, null, LinkCast.UNICAST);
        received.addresses(0, Ipv4Address.mapped(view.source()), 0, Ipv4Address.mapped(view.destination()));
        received.fields(view.protocol(), view.tos(), view.ttl());
        received.header(segment, 0, view.headerLength());
        received.payload(segment, view.payloadOffset(), view.payloadLength(), false, false);
        errors.portUnreachable(received);
    }

    // ---- errors in

    @ParameterizedTest
    @CsvSource({
            "3, 0, NETWORK_UNREACHABLE", "3, 1, HOST_UNREACHABLE", "3, 2, PROTOCOL_UNREACHABLE", "3, 3, PORT_UNREACHABLE",
            "3, 5, SOURCE_ROUTE_FAILED", "3, 9, ADMINISTRATIVELY_PROHIBITED",
            "3, 10, ADMINISTRATIVELY_PROHIBITED", "3, 13, ADMINISTRATIVELY_PROHIBITED", "11, 0, TIME_EXCEEDED",
            "11, 1, REASSEMBLY_TIME_EXCEEDED", "12, 0, PARAMETER_PROBLEM"})
    void carriesAnErrorToTheTransportItConcerns(int type, int code, String kind) {
        List<String> heard = listenTo(17);
        bench.deliver(error(type, code, 1400, packet(US, "192.0.2.9").protocol(17).payload(Packets.pattern(8)).bytes()));
        assertThat(heard).containsExactly(kind + " 0 " + US + " 192.0.2.9 " + Arrays.toString(Packets.pattern(8)));
    }

    @ParameterizedTest(name = "RFC 1191 §4, §5: {0} bytes did not fit {1}: {2}")
    @CsvSource({"1500, 1400, 1400", "1500, 0, 1492", "576, 0, 508", "1492, 0, 1006", "65535, 0, 32000", "69, 0, 68"})
    void tellsTransportsTheMtuToldOrTheNextPlateau(int length, int told, int expected) {
        List<String> heard = listenTo(17);
        bench.deliver(error(3, 4, told, tooLong(length, true)));
        assertThat(heard).containsExactly("PACKET_TOO_BIG " + expected + " " + US + " 192.0.2.9 "
                + Arrays.toString(Packets.pattern(8)));
    }

    @ParameterizedTest(name = "RFC 1191 §4: {0} bytes fit {1}, or could be fragmented")
    @CsvSource({"1400, 1400, true", "1399, 1400, true", "1500, 1400, false", "1500, 0, false", "68, 0, true"})
    void doesNotBelieveThatAPacketWasTooLongWhichWasNot(int length, int told, boolean dontFragment) {
        List<String> heard = listenTo(17);
        bench.deliver(error(3, 4, told, tooLong(length, dontFragment)));
        assertThat(heard).isEmpty();
        assertThat(bench.count("icmp.in.quote_not_too_big")).isEqualTo(1);
    }

    /** The beginning of a packet of ours as an error quotes it. */
    private static byte[] tooLong(int length, boolean dontFragment) {
        byte[] packet = packet(US, "192.0.2.9").protocol(17).payload(Packets.pattern(8)).bytes();
        Bytes.set16(MemorySegment.ofArray(packet), 2, length);
        packet[6] = (byte) (dontFragment ? 0x40 : 0);
        return packet;
    }

    @Test
    void believesNoErrorAboutWhatWeCannotHaveSent() {
        List<String> heard = listenTo(17);
        byte[] ours = packet(US, "192.0.2.9").protocol(17).payload(Packets.pattern(16)).bytes();
        bench.deliver(error(3, 1, 0, packet("10.9.0.66", "192.0.2.9").protocol(17).payload(Packets.pattern(8)).bytes()));
        bench.deliver(error(3, 1, 0, packet("127.0.0.1", "192.0.2.9").protocol(17).payload(Packets.pattern(8)).bytes()));
        assertThat(bench.count("icmp.in.quote_not_ours")).isEqualTo(2);
        bench.deliver(error(3, 1, 0, Arrays.copyOf(ours, 27)));
        assertThat(bench.count("icmp.in.quote_too_short")).isEqualTo(1);
        byte[] later = ours.clone();
        later[7] = 9;
        bench.deliver(error(3, 1, 0, later));
        assertThat(bench.count("icmp.in.quote_of_later_fragment")).isEqualTo(1);
        byte[] six = ours.clone();
        six[0] = 0x65;
        bench.deliver(error(3, 1, 0, six));
        assertThat(bench.count("icmp.in.quote_malformed")).isEqualTo(1);
        bench.deliver(error(3, 99, 0, ours));
        assertThat(bench.count("icmp.in.unknown_code")).isEqualTo(1);
        bench.deliver(error(3, 1, 0, packet(US, "192.0.2.9").protocol(77).payload(Packets.pattern(8)).bytes()));
        assertThat(bench.count("icmp.in.nobody_concerned")).isEqualTo(1);
        bench.deliver(packet(PEER, "10.9.0.255").protocol(1).payload(error(3, 1, 0, ours).payload()));
        assertThat(bench.count("icmp.in.error_to_group")).isEqualTo(1);
        assertThat(heard).isEmpty();
        bench.deliver(error(3, 1, 0, Arrays.copyOf(ours, 28)));
        assertThat(heard).as("header and 8 bytes are enough").hasSize(1);
    }

    private List<String> listenTo(int protocol) {
        List<String> heard = new ArrayList<>();
        bench.protocols.onError(protocol, (kind, mtu, srcHi, srcLo, dstHi, dstLo, quoted, offset, length) -> heard.add(kind
                + " " + mtu + " " + new Ipv4Address((int) srcLo) + " " + new Ipv4Address((int) dstLo) + " "
                + Arrays.toString(Bytes.toArray(quoted, offset, length))));
        return heard;
    }

    private static Packets error(int type, int code, int rest, byte[] quoted) {
        byte[] bytes = new byte[8 + quoted.length];
        System.arraycopy(quoted, 0, bytes, 8, quoted.length);
        IcmpMessage.write(MemorySegment.ofArray(bytes), 0, type, code, rest, bytes.length);
        return packet("192.0.2.1", US).protocol(IpProtocol.ICMP).payload(bytes);
    }
}
