package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

/** What is not legal is named and never thrown: one example for each defect, then bytes of all kinds. */
class MalformedTest {

    /** A copy of a packet, changed, cut to {@code length} bytes, in memory of exactly that length. */
    private static MemorySegment changed(MemorySegment packet, int length, Consumer<MemorySegment> change) {
        MemorySegment copy = Exact.of(length);
        MemorySegment whole = Exact.of((int) packet.byteSize());
        whole.copyFrom(packet);
        change.accept(whole);
        Bytes.copy(whole, 0, copy, 0, length);
        return copy;
    }

    private static MemorySegment set8(MemorySegment packet, long offset, int value) {
        return changed(packet, (int) packet.byteSize(), s -> Bytes.set8(s, offset, value));
    }

    private static MemorySegment set16(MemorySegment packet, long offset, int value) {
        return changed(packet, (int) packet.byteSize(), s -> Bytes.set16(s, offset, value));
    }

    private static MemorySegment cut(MemorySegment packet, int length) {
        return changed(packet, length, s -> { });
    }

    private interface Parser {
        Parsed<?> parse(MemorySegment segment, long offset, int length);
    }

    /** Each constant has an example, and each example gives its constant. */
    private static <E extends Enum<E> & Defect> void assertAll(Class<E> type, Parser parser, Map<E, MemorySegment> examples) {
        assertThat(examples.keySet()).containsExactlyInAnyOrder(type.getEnumConstants());
        examples.forEach((defect, packet) -> assertThat(parser.parse(packet, 0, (int) packet.byteSize()))
                .isEqualTo(new Parsed.Bad<>(defect)));
    }

    @Example
    void eachDefectOfAnEthernetFrameIsNamed() {
        MemorySegment frame = Exact.ofHex("ffffffffffff0200000000010800" + "00".repeat(46));
        assertThat(EthernetHeader.parse(frame, 0, 60)).isInstanceOf(Parsed.Ok.class);
        assertAll(Defect.Ethernet.class, EthernetHeader::parse, new EnumMap<>(Map.of(
                Defect.Ethernet.HEADER_CUT, cut(frame, 13),
                Defect.Ethernet.UNDEFINED_TYPE, set16(frame, EthernetHeader.TYPE, 1501),
                Defect.Ethernet.LENGTH_BEYOND_FRAME, set16(frame, EthernetHeader.TYPE, 47))));
        // The values beside those are legal.
        assertThat(EthernetHeader.parse(set16(frame, EthernetHeader.TYPE, 46), 0, 60)).isInstanceOf(Parsed.Ok.class);
        assertThat(EthernetHeader.parse(set16(frame, EthernetHeader.TYPE, 1536), 0, 60)).isInstanceOf(Parsed.Ok.class);
        assertThat(EthernetHeader.parse(set16(frame, EthernetHeader.TYPE, 1535), 0, 60))
                .isEqualTo(new Parsed.Bad<>(Defect.Ethernet.UNDEFINED_TYPE));
    }

    @Example
    void eachDefectOfAnArpPacketIsNamed() {
        MemorySegment packet = Exact.ofHex("0001080006040001020000000001c0000201000000000000c0000202");
        assertThat(ArpPacket.parse(packet, 0, 28)).isInstanceOf(Parsed.Ok.class);
        assertAll(Defect.Arp.class, ArpPacket::parse, new EnumMap<>(Map.of(
                Defect.Arp.PACKET_CUT, cut(packet, 27),
                Defect.Arp.UNKNOWN_HARDWARE, set16(packet, 0, 6),
                Defect.Arp.UNKNOWN_PROTOCOL, set16(packet, 2, EtherType.IPV6),
                Defect.Arp.BAD_ADDRESS_LENGTH, set8(packet, 5, 16),
                Defect.Arp.UNKNOWN_OPERATION, set16(packet, 6, 3))));
        assertThat(ArpPacket.parse(set8(packet, 4, 8), 0, 28)).isEqualTo(new Parsed.Bad<>(Defect.Arp.BAD_ADDRESS_LENGTH));
        assertThat(ArpPacket.parse(set16(packet, 6, 0), 0, 28)).isEqualTo(new Parsed.Bad<>(Defect.Arp.UNKNOWN_OPERATION));
    }

    /** An IPv4 packet with these options (a multiple of 4 bytes) and 16 bytes of payload. */
    private static MemorySegment ipv4(String options, int flagsAndOffset) {
        int header = 20 + options.length() / 2;
        MemorySegment packet = Exact.ofHex("4500000000000000400100000a0000010a000002" + options + "00".repeat(16));
        Bytes.set8(packet, 0, 0x40 | header / 4);
        Bytes.set16(packet, Ipv4Header.TOTAL_LENGTH, header + 16);
        Bytes.set16(packet, Ipv4Header.FLAGS_AND_OFFSET, flagsAndOffset);
        fixIpv4Checksum(packet, header);
        return packet;
    }

    private static void fixIpv4Checksum(MemorySegment packet, int headerLength) {
        Bytes.set16(packet, Ipv4Header.CHECKSUM, 0);
        Bytes.set16(packet, Ipv4Header.CHECKSUM, Checksum.finish(Checksum.sum(packet, 0, headerLength, 0)));
    }

    @Example
    void eachDefectOfAnIpv4HeaderIsNamed() {
        MemorySegment packet = ipv4("", Ipv4Header.DONT_FRAGMENT);
        assertThat(Ipv4Header.parse(packet, 0, 36)).isInstanceOf(Parsed.Ok.class);
        var examples = new EnumMap<Defect.Ipv4, MemorySegment>(Defect.Ipv4.class);
        examples.put(Defect.Ipv4.HEADER_CUT, cut(packet, 19));
        examples.put(Defect.Ipv4.BAD_VERSION, set8(packet, 0, 0x65));
        examples.put(Defect.Ipv4.HEADER_LENGTH_TOO_SMALL, set8(packet, 0, 0x44));
        examples.put(Defect.Ipv4.HEADER_BEYOND_FRAME, set8(packet, 0, 0x4a));
        examples.put(Defect.Ipv4.TOTAL_LENGTH_TOO_SMALL, set16(packet, Ipv4Header.TOTAL_LENGTH, 19));
        examples.put(Defect.Ipv4.TOTAL_LENGTH_BEYOND_FRAME, cut(packet, 35));
        examples.put(Defect.Ipv4.BAD_CHECKSUM, set8(packet, Ipv4Header.TTL, 63));
        MemorySegment odd = set16(ipv4("", Ipv4Header.MORE_FRAGMENTS), Ipv4Header.TOTAL_LENGTH, 35);
        fixIpv4Checksum(odd, 20);
        examples.put(Defect.Ipv4.FRAGMENT_NOT_MULTIPLE_OF_8, odd);
        examples.put(Defect.Ipv4.FRAGMENT_TOO_LONG, ipv4("", 0x1fff));
        examples.put(Defect.Ipv4.OPTION_LENGTH_TOO_SMALL, ipv4("82010000", 0));
        examples.put(Defect.Ipv4.OPTION_BEYOND_HEADER, ipv4("82050000", 0));
        examples.put(Defect.Ipv4.BAD_OPTION_LENGTH, ipv4("0706040000000000", 0));
        examples.put(Defect.Ipv4.BAD_OPTION_POINTER, ipv4("0183070300000000", 0));
        assertAll(Defect.Ipv4.class, Ipv4Header::parse, examples);
    }

    @Example
    void badOptionOfIpv4IsPointedAt() {
        Map<String, Integer> pointers = Map.of(
                "01820100", 22,                   // a length of 1
                "01010182", 23,                   // a type without room for a length
                "07080400", 21,                   // a length beyond the header
                "94050000" + "00000000", 21,      // a router alert of 5 bytes
                "44040400", 22,                   // a timestamp pointer into its own fields
                "01890303", 23);                  // a route pointer into its own fields
        pointers.forEach((options, pointer) -> {
            MemorySegment packet = ipv4(options, 0);
            var view = new Ipv4View();
            assertThat(view.wrap(packet, 0, (int) packet.byteSize())).as(options).isNotNull();
            assertThat(view.defectPointer()).as(options).isEqualTo(pointer);
        });
        assertThat(new Ipv4View().wrap(ipv4("00820100", 0), 0, 40)).as("behind the end of the list").isNull();
    }

    @Example
    void paddingBeyondNeedDoesNotCountAsPayload() {
        MemorySegment packet = ipv4("0000000000000000", 0);
        assertThat(Ipv4Header.parse(packet, 0, 44).orElseThrow().payloadLength()).isEqualTo(16);
        var view = new Ipv4View();
        assertThat(view.wrap(packet, 0, 44)).isNull();
        assertThat(view.payloadOffset()).isEqualTo(28);
        assertThat(view.payloadLength()).isEqualTo(16);
        assertThat(new TcpView().wrap(tcp("0000000000000000"), 0, 28)).isNull();
        assertThat(TcpHeader.parse(tcp("0000000000000000"), 0, 28).orElseThrow().options()).isEmpty();
    }

    @Example
    void firstFragmentNeedsAPayload() {
        MemorySegment empty = set16(ipv4("", Ipv4Header.MORE_FRAGMENTS), Ipv4Header.TOTAL_LENGTH, 20);
        fixIpv4Checksum(empty, 20);
        assertThat(Ipv4Header.parse(empty, 0, 36)).isEqualTo(new Parsed.Bad<>(Defect.Ipv4.FRAGMENT_NOT_MULTIPLE_OF_8));
        assertThat(Ipv4Header.parse(ipv4("", Ipv4Header.MORE_FRAGMENTS | 100), 0, 36)).isInstanceOf(Parsed.Ok.class);
    }

    @Example
    void eachDefectOfAnIcmpMessageIsNamed() {
        MemorySegment echo = Exact.ofHex("0800b12c3ac200010001020304050607");
        assertThat(IcmpMessage.parse(echo, 0, 16)).isInstanceOf(Parsed.Ok.class);
        assertAll(Defect.Icmp.class, IcmpMessage::parse, new EnumMap<>(Map.of(
                Defect.Icmp.HEADER_CUT, cut(echo, 7),
                Defect.Icmp.BAD_CHECKSUM, set8(echo, 8, 1),
                Defect.Icmp.BODY_CUT, icmp(IcmpType.TIMESTAMP_REQUEST, 19),
                Defect.Icmp.QUOTE_CUT, icmp(IcmpType.TIME_EXCEEDED, 27))));
        assertThat(IcmpMessage.parse(icmp(IcmpType.TIMESTAMP_REPLY, 20), 0, 20)).isInstanceOf(Parsed.Ok.class);
        assertThat(IcmpMessage.parse(icmp(IcmpType.TIME_EXCEEDED, 28), 0, 28)).isInstanceOf(Parsed.Ok.class);
    }

    private static MemorySegment icmp(int type, int length) {
        MemorySegment message = Exact.of(length);
        IcmpMessage.write(message, 0, type, 0, 0, length);
        return message;
    }

    @Example
    void eachDefectOfAUdpDatagramIsNamed() {
        MemorySegment datagram = Exact.ofHex("8b520007000c129f77656674");
        assertThat(UdpHeader.parse(datagram, 0, 12)).isInstanceOf(Parsed.Ok.class);
        assertAll(Defect.Udp.class, UdpHeader::parse, new EnumMap<>(Map.of(
                Defect.Udp.HEADER_CUT, cut(datagram, 7),
                Defect.Udp.LENGTH_TOO_SMALL, set16(datagram, UdpHeader.LENGTH_FIELD, 7),
                Defect.Udp.LENGTH_BEYOND_PACKET, cut(datagram, 11))));
    }

    /** A TCP segment with these options (a multiple of 4 bytes) and no payload. */
    private static MemorySegment tcp(String options) {
        MemorySegment segment = Exact.ofHex("8a0e0050243fe8fa000000000002faf000000000" + options);
        Bytes.set8(segment, TcpHeader.DATA_OFFSET, (20 + options.length() / 2) << 2);
        return segment;
    }

    @Example
    void eachDefectOfATcpSegmentIsNamed() {
        MemorySegment syn = tcp("020405b4");
        assertThat(TcpHeader.parse(syn, 0, 24)).isInstanceOf(Parsed.Ok.class);
        assertAll(Defect.Tcp.class, TcpHeader::parse, new EnumMap<>(Map.of(
                Defect.Tcp.HEADER_CUT, cut(syn, 19),
                Defect.Tcp.DATA_OFFSET_TOO_SMALL, set8(syn, TcpHeader.DATA_OFFSET, 0x40),
                Defect.Tcp.DATA_OFFSET_BEYOND_SEGMENT, cut(syn, 23),
                Defect.Tcp.OPTION_LENGTH_TOO_SMALL, tcp("020005b4"),
                Defect.Tcp.OPTION_BEYOND_HEADER, tcp("020505b4"))));
        assertThat(TcpHeader.parse(tcp("fd010000"), 0, 24)).isEqualTo(new Parsed.Bad<>(Defect.Tcp.OPTION_LENGTH_TOO_SMALL));
        assertThat(TcpHeader.parse(tcp("01010102"), 0, 24)).isEqualTo(new Parsed.Bad<>(Defect.Tcp.OPTION_BEYOND_HEADER));
        assertThat(TcpHeader.parse(tcp("01010100"), 0, 24)).isInstanceOf(Parsed.Ok.class);
    }

    @Example
    void knownTcpOptionOfAnImpossibleLengthIsPassedOver() {
        var view = new TcpView();
        // An MSS of 3 bytes, a window scale of 4, SACK without a block, then an MSS as it should be.
        assertThat(view.wrap(tcp("020305" + "03040707" + "0502" + "020405b4" + "000000"), 0, 36)).isNull();
        assertThat(view.mss()).isEqualTo(1460);
        assertThat(view.windowScale()).isEqualTo(-1);
        assertThat(view.sackCount()).isZero();
    }

    @Example
    void viewForgetsThePacketBefore() {
        var view = new TcpView();
        assertThat(view.wrap(tcp("020405b4" + "01030307" + "01010402" + "0101080a0000000100000002"), 0, 44)).isNull();
        assertThat(view.hasTimestamps()).isTrue();
        assertThat(view.wrap(tcp(""), 0, 20)).isNull();
        assertThat(view.mss()).isEqualTo(-1);
        assertThat(view.windowScale()).isEqualTo(-1);
        assertThat(view.sackPermitted()).isFalse();
        assertThat(view.hasTimestamps()).isFalse();
    }

    @Example
    void valueCannotHoldWhatIsNotLegal() {
        assertThatIllegalArgumentException().isThrownBy(() -> new UdpHeader(65_536, 0, 8, 0)).withMessageContaining("65536");
        assertThatIllegalArgumentException().isThrownBy(() -> new UdpHeader(0, 0, 7, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new TcpOption.Unknown(TcpOption.MSS, Octets.of(new byte[2])));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ipv4Option.Unknown(Ipv4Option.TIMESTAMP, Octets.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() -> new IcmpMessage.SourceQuench(Octets.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() -> new IcmpMessage.Unknown(8, 0, 0, Octets.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() ->
                new EthernetHeader(MacAddress.ZERO, MacAddress.BROADCAST, 1501));
        assertThatIllegalArgumentException().isThrownBy(() -> new Parsed.Bad<>(Defect.Udp.HEADER_CUT).orElseThrow())
                .withMessageContaining("Udp HEADER_CUT");
    }

    /** Reads the bytes as every format there is, through values and views. */
    private static void readAsEverything(byte[] bytes) {
        MemorySegment segment = Exact.of(bytes);
        int length = bytes.length;
        EthernetHeader.parse(segment, 0, length);
        ArpPacket.parse(segment, 0, length);
        Ipv4Header.parse(segment, 0, length);
        IcmpMessage.parse(segment, 0, length);
        UdpHeader.parse(segment, 0, length);
        TcpHeader.parse(segment, 0, length);
        var quoted = new Ipv4View();
        if (quoted.wrapQuoted(segment, 0, length) == null) {
            assertThat(quoted.payloadLength()).isNotNegative();
            assertThat(quoted.payloadOffset() + quoted.payloadLength()).isLessThanOrEqualTo(length);
        }
        var tcp = new TcpView();
        if (tcp.wrap(segment, 0, length) == null) {
            assertThat(tcp.payloadOffset() + tcp.payloadLength()).isEqualTo(length);
            for (int i = 0; i < tcp.sackCount(); i++) {
                tcp.sackLeft(i);
                tcp.sackRight(i);
            }
            tcp.checksumCorrect(0, 0, 0, 0);
        }
        var udp = new UdpView();
        if (udp.wrap(segment, 0, length) == null) {
            udp.checksumCorrect(0, 0, 0, 0);
        }
    }

    @Property
    void randomBytesAreNamedAndNeverThrow(@ForAll @Size(max = 120) byte[] bytes) {
        assertThatCode(() -> readAsEverything(bytes)).doesNotThrowAnyException();
    }

    @Property
    void mutatedIpv4HeadersAreNamedAndNeverThrow(@ForAll Ipv4Header header, @ForAll long seed,
            @ForAll @IntRange(max = 4) int changes) {
        MemorySegment packet = Exact.of(header.totalLength());
        header.emit(packet, 0);
        byte[] bytes = mutated(packet, header.headerLength(), seed, changes);
        // With a right checksum, or no mutation would get as far as the options.
        if (bytes.length >= header.headerLength() && (bytes[0] & 0xf) >= 5 && (bytes[0] & 0xf) * 4 <= bytes.length) {
            fixIpv4Checksum(MemorySegment.ofArray(bytes), (bytes[0] & 0xf) * 4);
        }
        assertThatCode(() -> readAsEverything(bytes)).doesNotThrowAnyException();
        collect(Ipv4Header.parse(MemorySegment.ofArray(bytes), 0, bytes.length));
        Statistics.coverage(coverage -> {
            coverage.check("OK").percentage(p -> p > 5);
            coverage.check("OPTION_BEYOND_HEADER").count(n -> n > 0);
            coverage.check("TOTAL_LENGTH_BEYOND_FRAME").count(n -> n > 0);
        });
    }

    @Property
    void mutatedTcpHeadersAreNamedAndNeverThrow(@ForAll TcpHeader header, @ForAll long seed,
            @ForAll @IntRange(max = 4) int changes) {
        MemorySegment packet = Exact.of(header.headerLength() + 8);
        header.emit(packet, 0);
        byte[] bytes = mutated(packet, header.headerLength(), seed, changes);
        assertThatCode(() -> readAsEverything(bytes)).doesNotThrowAnyException();
        collect(TcpHeader.parse(MemorySegment.ofArray(bytes), 0, bytes.length));
        Statistics.coverage(coverage -> {
            coverage.check("OK").percentage(p -> p > 5);
            coverage.check("OPTION_BEYOND_HEADER").count(n -> n > 0);
            coverage.check("OPTION_LENGTH_TOO_SMALL").count(n -> n > 0);
            coverage.check("DATA_OFFSET_BEYOND_SEGMENT").count(n -> n > 0);
        });
    }

    @Property
    void mutatedIcmpMessagesAreNamedAndNeverThrow(@ForAll IcmpMessage message, @ForAll long seed,
            @ForAll @IntRange(max = 4) int changes) {
        MemorySegment packet = Exact.of(message.length());
        message.emit(packet, 0);
        byte[] bytes = mutated(packet, 8, seed, changes);
        if (bytes.length >= 8) {
            var segment = MemorySegment.ofArray(bytes);
            Bytes.set16(segment, IcmpMessage.CHECKSUM, 0);
            Bytes.set16(segment, IcmpMessage.CHECKSUM, Checksum.finish(Checksum.sum(segment, 0, bytes.length, 0)));
        }
        assertThatCode(() -> readAsEverything(bytes)).doesNotThrowAnyException();
        collect(IcmpMessage.parse(MemorySegment.ofArray(bytes), 0, bytes.length));
        Statistics.coverage(coverage -> {
            coverage.check("OK").percentage(p -> p > 5);
            coverage.check("QUOTE_CUT").count(n -> n > 0);
            coverage.check("HEADER_CUT").count(n -> n > 0);
        });
    }

    /** Changes bytes of the header, often by one or to an edge, and cuts every fourth packet. */
    private static byte[] mutated(MemorySegment packet, int headerLength, long seed, int changes) {
        var random = new Random(seed);
        int length = (int) packet.byteSize();
        byte[] bytes = Bytes.toArray(packet, 0, random.nextInt(4) == 0 ? random.nextInt(length + 1) : length);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            int at = random.nextInt(Math.min(headerLength, bytes.length));
            bytes[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt();
                case 1 -> (byte) (bytes[at] + 1);
                case 2 -> (byte) random.nextInt(4);
                default -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
            };
        }
        return bytes;
    }

    private static void collect(Parsed<?> parsed) {
        Statistics.collect(parsed instanceof Parsed.Bad<?>(Defect reason) ? reason.name() : "OK");
    }
}
