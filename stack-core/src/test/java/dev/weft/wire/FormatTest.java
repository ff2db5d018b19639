package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever a value can say, its bytes say too: parse(emit(x)) equals x, and the view reads the same. */
class FormatTest {

    @Property(tries = 500)
    void ethernetHeaderReadsBackAsItself(@ForAll EthernetHeader header, @ForAll @IntRange(max = 3) int at) {
        int payload = header.isLength() ? header.typeOrLength() : 46;
        int padding = 2;
        MemorySegment frame = Exact.of(at + EthernetHeader.LENGTH + payload + padding);
        assertThat(header.emit(frame, at)).isEqualTo(EthernetHeader.LENGTH);
        assertThat(EthernetHeader.parse(frame, at, (int) frame.byteSize() - at)).isEqualTo(new Parsed.Ok<>(header));
        var view = new EthernetView();
        assertThat(view.wrap(frame, at, (int) frame.byteSize() - at)).isNull();
        assertThat(view.etherType()).isEqualTo(header.isLength() ? -1 : header.typeOrLength());
        assertThat(view.payloadOffset()).isEqualTo(at + 14);
        assertThat(view.payloadLength()).isEqualTo(header.isLength() ? payload : payload + padding);
    }

    @Property(tries = 500)
    void arpPacketReadsBackAsItself(@ForAll ArpPacket packet, @ForAll @IntRange(max = 18) int padding) {
        MemorySegment frame = Exact.of(ArpPacket.LENGTH + padding);
        assertThat(packet.emit(frame, 0)).isEqualTo(ArpPacket.LENGTH);
        assertThat(ArpPacket.parse(frame, 0, (int) frame.byteSize())).isEqualTo(new Parsed.Ok<>(packet));
    }

    @Property(tries = 1000)
    void ipv4HeaderReadsBackAsItself(@ForAll Ipv4Header header, @ForAll @IntRange(max = 3) int at,
            @ForAll @IntRange(max = 9) int padding) {
        int length = header.totalLength() + padding;
        MemorySegment frame = Exact.of(at + length);
        assertThat(header.emit(frame, at)).isEqualTo(header.headerLength());
        assertThat(Ipv4Header.parse(frame, at, length)).isEqualTo(new Parsed.Ok<>(header));

        var view = new Ipv4View();
        assertThat(view.wrap(frame, at, length)).isNull();
        assertThat(view.payloadOffset()).isEqualTo(at + header.headerLength());
        assertThat(view.payloadLength()).isEqualTo(header.payloadLength());
        assertThat(view.isFragment()).isEqualTo(header.moreFragments() || header.fragmentOffset() > 0);
        assertThat(view.hasSourceRoute()).isEqualTo(has(header, Ipv4Option.SourceRoute.class));
        assertThat(view.hasRecordRoute()).isEqualTo(has(header, Ipv4Option.RecordRoute.class));
        assertThat(view.hasTimestamp()).isEqualTo(has(header, Ipv4Option.Timestamp.class));
        assertThat(view.hasRouterAlert()).isEqualTo(has(header, Ipv4Option.RouterAlert.class));
        assertThat(view.hasUnknownOption()).isEqualTo(has(header, Ipv4Option.Unknown.class));
        assertThat(view.defectPointer()).isEqualTo(-1);
    }

    private static boolean has(Ipv4Header header, Class<? extends Ipv4Option> type) {
        return header.options().stream().anyMatch(type::isInstance);
    }

    @Property(tries = 500)
    void quotedIpv4HeaderIsReadThoughMostOfThePacketIsMissing(@ForAll Ipv4Header header,
            @ForAll @IntRange(max = 16) int quotedPayload) {
        MemorySegment whole = Exact.of(header.totalLength());
        header.emit(whole, 0);
        Bytes.set8(whole, Ipv4Header.TTL, header.ttl() - 1);
        int quoted = Math.min(header.totalLength(), header.headerLength() + quotedPayload);
        MemorySegment quote = Exact.of(quoted);
        Bytes.copy(whole, 0, quote, 0, quoted);
        var view = new Ipv4View();
        assertThat(view.wrapQuoted(quote, 0, quoted)).isNull();
        assertThat(view.source()).isEqualTo(header.source().bits());
        assertThat(view.destination()).isEqualTo(header.destination().bits());
        assertThat(view.protocol()).isEqualTo(header.protocol());
        assertThat(view.payloadOffset()).isEqualTo(header.headerLength());
        assertThat(view.payloadLength()).isEqualTo(quoted - header.headerLength());
    }

    @Property(tries = 500)
    void udpHeaderReadsBackAsItself(@ForAll UdpHeader header, @ForAll @IntRange(max = 9) int behind) {
        MemorySegment packet = Exact.of(header.length() + behind);
        assertThat(header.emit(packet, 0)).isEqualTo(UdpHeader.LENGTH);
        assertThat(UdpHeader.parse(packet, 0, header.length() + behind)).isEqualTo(new Parsed.Ok<>(header));
        var view = new UdpView();
        assertThat(view.wrap(packet, 0, header.length() + behind)).isNull();
        assertThat(view.payloadLength()).isEqualTo(header.length() - 8);
        assertThat(view.payloadOffset()).isEqualTo(8);
    }

    @Property(tries = 500)
    void udpChecksumIsRightUntilABitFlips(@ForAll IpAddress source, @ForAll IpAddress destination,
            @ForAll UdpHeader header, @ForAll Octets payload, @ForAll @IntRange(max = 1000) int flipped) {
        int length = UdpHeader.LENGTH + payload.length();
        MemorySegment packet = Exact.of(length);
        UdpHeader.write(packet, 0, header.sourcePort(), header.destinationPort(), length, 0);
        payload.emit(packet, UdpHeader.LENGTH);
        var view = new UdpView();
        assertThat(view.wrap(packet, 0, length)).isNull();
        // RFC 768: none is fine over IPv4; RFC 8200 §8.1: not over IPv6.
        assertThat(correct(view, source, destination)).isEqualTo(destination.isIpv4());

        long sum = Checksum.pseudoHeader(source.hi(), source.lo(), destination.hi(), destination.lo(), 17, length);
        Bytes.set16(packet, UdpHeader.CHECKSUM, UdpHeader.finishChecksum(Checksum.sum(packet, 0, length, sum)));
        assertThat(view.checksum()).isNotZero();
        assertThat(correct(view, source, destination)).isTrue();
        // Any bit of ports, checksum or payload; not the length, which says how much there is to sum.
        int bit = flipped % (8 * length);
        if (bit / 16 != UdpHeader.LENGTH_FIELD / 2) {
            flip(packet, bit);
            assertThat(correct(view, source, destination)).isEqualTo(view.checksum() == 0 && destination.isIpv4());
        }
    }

    private static boolean correct(UdpView view, IpAddress source, IpAddress destination) {
        return view.checksumCorrect(source.hi(), source.lo(), destination.hi(), destination.lo());
    }

    private static void flip(MemorySegment segment, int bit) {
        Bytes.set8(segment, bit / 8, Bytes.u8(segment, bit / 8) ^ 0x80 >>> bit % 8);
    }

    @Property(tries = 1000)
    void tcpHeaderReadsBackAsItself(@ForAll TcpHeader header, @ForAll Octets payload, @ForAll @IntRange(max = 3) int at) {
        int length = header.headerLength() + payload.length();
        MemorySegment packet = Exact.of(at + length);
        assertThat(header.emit(packet, at)).isEqualTo(header.headerLength());
        payload.emit(packet, at + header.headerLength());
        assertThat(TcpHeader.parse(packet, at, length)).isEqualTo(new Parsed.Ok<>(header));

        var view = new TcpView();
        assertThat(view.wrap(packet, at, length)).isNull();
        assertThat(view.payloadOffset()).isEqualTo(at + header.headerLength());
        assertThat(view.payloadLength()).isEqualTo(payload.length());
        assertThat(view.ports()).isEqualTo(header.sourcePort() << 16 | header.destinationPort());
        int phantoms = Integer.bitCount(header.flags() & (TcpFlags.SYN | TcpFlags.FIN));
        assertThat(view.sequenceLength()).isEqualTo(payload.length() + phantoms);
        assertThat(flags(view)).isEqualTo(header.flags() & 0x3f);
        assertOptions(view, header);
    }

    private static int flags(TcpView view) {
        return (view.isFin() ? 1 : 0) | (view.isSyn() ? 2 : 0) | (view.isRst() ? 4 : 0) | (view.isPsh() ? 8 : 0)
                | (view.isAck() ? 16 : 0) | (view.isUrg() ? 32 : 0);
    }

    private static void assertOptions(TcpView view, TcpHeader header) {
        int mss = -1;
        int windowScale = -1;
        boolean sackPermitted = false;
        TcpOption.Timestamps timestamps = null;
        Octets cookie = null;
        var blocks = new ArrayList<TcpOption.Block>();
        for (TcpOption option : header.options()) {
            switch (option) {
                case TcpOption.MaximumSegmentSize(int size) -> mss = size;
                case TcpOption.WindowScale(int shift) -> windowScale = shift;
                case TcpOption.SackPermitted() -> sackPermitted = true;
                case TcpOption.Timestamps t -> timestamps = t;
                case TcpOption.Sack(var list) -> {
                    blocks.clear();
                    blocks.addAll(list);
                }
                case TcpOption.FastOpen(var bytes) -> cookie = bytes;
                case TcpOption.NoOperation(), TcpOption.Unknown _ -> { }
            }
        }
        assertThat(view.fastOpenLength()).isEqualTo(cookie == null ? -1 : cookie.length());
        for (int i = 0; cookie != null && i < 16; i++) {
            int expected = i < cookie.length() ? cookie.at(i) : 0;
            assertThat((int) (view.fastOpenCookie(i & 8) >>> 56 - 8 * (i & 7)) & 0xff).isEqualTo(expected & 0xff);
        }
        assertThat(view.mss()).isEqualTo(mss);
        assertThat(view.windowScale()).isEqualTo(windowScale);
        assertThat(view.sackPermitted()).isEqualTo(sackPermitted);
        assertThat(view.hasTimestamps()).isEqualTo(timestamps != null);
        if (timestamps != null) {
            assertThat(new TcpOption.Timestamps(view.tsVal(), view.tsEcr())).isEqualTo(timestamps);
        }
        assertThat(view.sackCount()).isEqualTo(blocks.size());
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(new TcpOption.Block(view.sackLeft(i), view.sackRight(i))).isEqualTo(blocks.get(i));
        }
    }

    @Property(tries = 500)
    void tcpSegmentOfTheDataPathReadsBack(@ForAll TcpHeader header, @ForAll @IntRange(max = 0xffff) int mss,
            @ForAll @IntRange(max = 14) int shift, @ForAll int value, @ForAll int echo, @ForAll boolean syn) {
        MemorySegment packet = Exact.of(TcpHeader.MAXIMUM_LENGTH);
        int[] edges = {1, 2, -3, 4, 5, 6};
        int length = TcpHeader.LENGTH;
        if (syn) {
            length += TcpOption.writeMss(packet, length, mss);
            length += TcpOption.writeWindowScale(packet, length, shift);
            length += TcpOption.writeSackPermitted(packet, length);
            length += TcpOption.writeTimestamps(packet, length, value, echo);
        } else {
            length += TcpOption.writeTimestamps(packet, length, value, echo);
            length += TcpOption.writeSack(packet, length, edges, 3);
        }
        TcpHeader.write(packet, 0, length, header.sourcePort(), header.destinationPort(), header.seq(), header.ack(),
                header.flags(), header.window(), header.urgentPointer());
        var view = new TcpView();
        assertThat(view.wrap(packet, 0, length)).isNull();
        assertThat(view.headerLength()).isEqualTo(length);
        assertThat(view.seq()).isEqualTo(header.seq());
        assertThat(view.ack()).isEqualTo(header.ack());
        assertThat(view.flags()).isEqualTo(header.flags());
        assertThat(view.window()).isEqualTo(header.window());
        assertThat(view.urgentPointer()).isEqualTo(header.urgentPointer());
        assertThat(view.checksum()).isZero();
        assertThat(view.tsVal()).isEqualTo(value);
        assertThat(view.tsEcr()).isEqualTo(echo);
        assertThat(view.mss()).isEqualTo(syn ? mss : -1);
        assertThat(view.windowScale()).isEqualTo(syn ? shift : -1);
        assertThat(view.sackPermitted()).isEqualTo(syn);
        assertThat(view.sackCount()).isEqualTo(syn ? 0 : 3);
        if (!syn) {
            assertThat(view.sackLeft(1)).isEqualTo(-3);
            assertThat(view.sackRight(2)).isEqualTo(6);
        }
    }

    @Property(tries = 500)
    void tcpChecksumIsRightUntilABitFlips(@ForAll IpAddress source, @ForAll IpAddress destination,
            @ForAll TcpHeader header, @ForAll Octets payload, @ForAll @IntRange(max = 1000) int flipped) {
        int length = header.headerLength() + payload.length();
        MemorySegment packet = Exact.of(length);
        payload.emit(packet, header.emit(packet, 0));
        TcpHeader.writeChecksum(packet, 0, length, source.hi(), source.lo(), destination.hi(), destination.lo());
        var view = new TcpView();
        assertThat(view.wrap(packet, 0, length)).isNull();
        assertThat(view.checksumCorrect(source.hi(), source.lo(), destination.hi(), destination.lo())).isTrue();
        flip(packet, flipped % (8 * length));
        assertThat(view.checksumCorrect(source.hi(), source.lo(), destination.hi(), destination.lo())).isFalse();
    }

    @Property(tries = 1000)
    void icmpMessageReadsBackAsItself(@ForAll IcmpMessage message, @ForAll @IntRange(max = 3) int at) {
        MemorySegment packet = Exact.of(at + message.length());
        assertThat(message.emit(packet, at)).isEqualTo(message.length());
        assertThat(IcmpMessage.parse(packet, at, message.length())).isEqualTo(new Parsed.Ok<>(message));
        var view = new IcmpView();
        assertThat(view.wrap(packet, at, message.length())).isNull();
        assertThat(view.type()).isEqualTo(message.type());
        assertThat(view.code()).isEqualTo(message.codeNumber());
        assertThat(view.payloadLength()).isEqualTo(message.body().length());
    }
}
