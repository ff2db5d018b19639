package dev.weft.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;

/**
 * Addresses and packets for properties. jqwik finds them by service loader: a parameter {@code @ForAll Ipv4Header header}
 * is enough. What is made is legal and leans to the edges; addresses are of any kind, also multicast or unspecified.
 */
@SuppressWarnings("exports") // compiled as part of the module, and jqwik is no dependency of that
public final class WireArbitraries implements ArbitraryProvider {

    private static final Map<Class<?>, Supplier<Arbitrary<?>>> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put(IpAddress.class, WireArbitraries::ipAddresses);
        TYPES.put(Ipv4Address.class, WireArbitraries::ipv4Addresses);
        TYPES.put(Ipv6Address.class, WireArbitraries::ipv6Addresses);
        TYPES.put(MacAddress.class, WireArbitraries::macAddresses);
        TYPES.put(IpPrefix.class, WireArbitraries::prefixes);
        TYPES.put(InterfaceAddress.class, WireArbitraries::interfaceAddresses);
        TYPES.put(Octets.class, () -> octets(0, 64));
        TYPES.put(EthernetHeader.class, WireArbitraries::ethernetHeaders);
        TYPES.put(ArpPacket.class, WireArbitraries::arpPackets);
        TYPES.put(Ipv4Option.class, WireArbitraries::ipv4Options);
        TYPES.put(Ipv4Header.class, WireArbitraries::ipv4Headers);
        TYPES.put(UdpHeader.class, WireArbitraries::udpHeaders);
        TYPES.put(TcpOption.class, WireArbitraries::tcpOptions);
        TYPES.put(TcpHeader.class, WireArbitraries::tcpHeaders);
        TYPES.put(IcmpMessage.class, WireArbitraries::icmpMessages);
    }

    @Override
    public boolean canProvideFor(TypeUsage targetType) {
        return TYPES.keySet().stream().anyMatch(targetType::isOfType);
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage targetType, SubtypeProvider subtypeProvider) {
        return Set.of(TYPES.get(targetType.getRawType()).get());
    }

    /** Any IPv4 address; often one that means something. */
    public static Arbitrary<Ipv4Address> ipv4Addresses() {
        return Arbitraries.oneOf(Arbitraries.integers().map(Ipv4Address::new),
                Arbitraries.of("0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1", "169.254.7.9", "10.9.0.2", "192.0.2.1")
                        .map(Ipv4Address::of));
    }

    /** Any IPv6 address that does not spell an IPv4 one; often with runs of zeros. */
    public static Arbitrary<Ipv6Address> ipv6Addresses() {
        Arbitrary<Integer> group = Arbitraries.oneOf(Arbitraries.just(0), Arbitraries.integers().between(0, 0xffff));
        return group.list().ofSize(8).map(groups -> {
            long hi = 0;
            long lo = 0;
            for (int i = 0; i < 4; i++) {
                hi = hi << 16 | groups.get(i);
                lo = lo << 16 | groups.get(4 + i);
            }
            return IpAddress.isIpv4(hi, lo) ? Ipv6Address.LOOPBACK : new Ipv6Address(hi, lo);
        });
    }

    /** Any address of either family. */
    public static Arbitrary<IpAddress> ipAddresses() {
        return Arbitraries.oneOf(ipv4Addresses(), ipv6Addresses());
    }

    /** Any MAC address; often the broadcast. */
    public static Arbitrary<MacAddress> macAddresses() {
        return Arbitraries.oneOf(Arbitraries.longs().between(0, MacAddress.BROADCAST.bits()).map(MacAddress::new),
                Arbitraries.of(MacAddress.BROADCAST, MacAddress.of("02:00:00:00:00:01")));
    }

    /** Any prefix of either family, of any length. */
    public static Arbitrary<IpPrefix> prefixes() {
        return ipAddresses().flatMap(address -> Arbitraries.integers().between(0, address.bitLength())
                .map(length -> IpPrefix.containing(address, length)));
    }

    /** Any address that a host can have, with any prefix length that leaves it so. */
    public static Arbitrary<InterfaceAddress> interfaceAddresses() {
        Arbitrary<InterfaceAddress> v4 = Combinators.combine(Arbitraries.integers().between(1, 32), Arbitraries.integers())
                .as((length, bits) -> {
                    // Class A to C; then the host part is moved off its two reserved numbers.
                    int address = Integer.remainderUnsigned(bits, 0xdf00_0000 - 0x0100_0000) + 0x0100_0000;
                    int host = ~Ipv4Address.mask(length);
                    if (length <= 30 && ((address & host) == 0 || (address & host) == host)) {
                        address ^= 1;
                    }
                    return new InterfaceAddress(new Ipv4Address(address), length);
                });
        Arbitrary<InterfaceAddress> v6 = Combinators.combine(Arbitraries.longs(), Arbitraries.longs(),
                Arbitraries.integers().between(1, 128)).as((hi, lo, length) ->
                        new InterfaceAddress(new Ipv6Address(hi & 0x1fff_ffff_ffff_ffffL | 1L << 61, lo), length));
        return Arbitraries.oneOf(v4, v6);
    }

    /** Bytes. */
    public static Arbitrary<Octets> octets(int minimum, int maximum) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(minimum).ofMaxSize(maximum).map(Octets::of);
    }

    /** Any number that an unsigned field of 8 bits holds. */
    public static Arbitrary<Integer> bytes() {
        return Arbitraries.integers().between(0, 0xff);
    }

    /** Any number that an unsigned field of 16 bits holds. */
    public static Arbitrary<Integer> shorts() {
        return Arbitraries.integers().between(0, 0xffff);
    }

    /** Ethernet II and, less often, 802.3. */
    public static Arbitrary<EthernetHeader> ethernetHeaders() {
        Arbitrary<Integer> field = Arbitraries.oneOf(Arbitraries.of(EtherType.IPV4, EtherType.ARP, EtherType.IPV6),
                Arbitraries.integers().between(EtherType.MINIMUM, 0xffff),
                Arbitraries.integers().between(0, EtherType.MAXIMUM_LENGTH));
        return Combinators.combine(macAddresses(), macAddresses(), field).as(EthernetHeader::new);
    }

    /** Requests and replies. */
    public static Arbitrary<ArpPacket> arpPackets() {
        return Combinators.combine(Arbitraries.of(ArpPacket.Operation.values()), macAddresses(), ipv4Addresses(),
                macAddresses(), ipv4Addresses()).as(ArpPacket::new);
    }

    /** IPv4 options of all kinds. */
    public static Arbitrary<Ipv4Option> ipv4Options() {
        Arbitrary<List<Ipv4Address>> route = ipv4Addresses().list().ofMaxSize(9);
        Arbitrary<Integer> pointer = Arbitraries.integers().between(5, 0xff);
        Arbitrary<Integer> nibble = Arbitraries.integers().between(0, 15);
        return Arbitraries.oneOf(
                Arbitraries.create(Ipv4Option.NoOperation::new),
                Combinators.combine(Arbitraries.of(true, false), pointer, route).as(Ipv4Option.SourceRoute::new),
                Combinators.combine(pointer, route).as(Ipv4Option.RecordRoute::new),
                Combinators.combine(pointer, nibble, nibble, octets(0, 36)
                        .map(data -> Octets.of(Arrays.copyOf(data.toArray(), data.length() & ~3))))
                        .as(Ipv4Option.Timestamp::new),
                shorts().map(Ipv4Option.RouterAlert::new),
                Combinators.combine(Arbitraries.of(130, 136, 149, 255, 94, 2), octets(0, 38))
                        .as(Ipv4Option.Unknown::new));
    }

    /** Headers with and without options, of whole datagrams and of fragments. Payloads are at most 200 bytes. */
    public static Arbitrary<Ipv4Header> ipv4Headers() {
        Arbitrary<List<Ipv4Option>> options = ipv4Options().list().ofMaxSize(6)
                .map(list -> fitting(list, Ipv4Option::length));
        Arbitrary<int[]> place = Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(true, false),
                Arbitraries.integers().between(0, 8000), Arbitraries.integers().between(0, 200))
                .as((fragment, more, units, payload) -> new int[] {
                    fragment && more ? 1 : 0, fragment ? units * 8 : 0,
                    fragment && more ? Math.max(8, payload & ~7) : payload});
        return Combinators.combine(bytes(), shorts(), Arbitraries.of(true, false), place, bytes(), bytes(),
                Combinators.combine(ipv4Addresses(), ipv4Addresses()).as(List::of), options)
                .as((tos, id, dontFragment, where, ttl, protocol, ends, list) -> new Ipv4Header(tos, where[2], id,
                        dontFragment, where[0] == 1, where[1], ttl, protocol, ends.get(0), ends.get(1), list));
    }

    /** Headers of datagrams with at most 200 bytes of payload. */
    public static Arbitrary<UdpHeader> udpHeaders() {
        return Combinators.combine(shorts(), shorts(), Arbitraries.integers().between(8, 208), shorts()).as(UdpHeader::new);
    }

    /** TCP options of all kinds. */
    public static Arbitrary<TcpOption> tcpOptions() {
        Arbitrary<TcpOption.Block> block = Combinators.combine(Arbitraries.integers(), Arbitraries.integers())
                .as(TcpOption.Block::new);
        // The known kinds get lengths here that they cannot have.
        Arbitrary<TcpOption> unknown = Arbitraries.oneOf(
                Combinators.combine(Arbitraries.integers().between(9, 255).filter(kind -> kind != TcpOption.FAST_OPEN),
                        octets(0, 38)).as(TcpOption.Unknown::new),
                octets(0, 38).filter(data -> !TcpOption.isCookieLength(data.length()))
                        .map(data -> new TcpOption.Unknown(TcpOption.FAST_OPEN, data)),
                Combinators.combine(Arbitraries.of(2, 3, 4, 5, 8), octets(3, 7)).as(TcpOption.Unknown::new));
        return Arbitraries.oneOf(
                Arbitraries.create(TcpOption.NoOperation::new),
                shorts().map(TcpOption.MaximumSegmentSize::new),
                bytes().map(TcpOption.WindowScale::new),
                Arbitraries.create(TcpOption.SackPermitted::new),
                block.list().ofMinSize(1).ofMaxSize(4).map(TcpOption.Sack::new),
                Combinators.combine(Arbitraries.integers(), Arbitraries.integers()).as(TcpOption.Timestamps::new),
                octets(0, 16).filter(cookie -> TcpOption.isCookieLength(cookie.length())).map(TcpOption.FastOpen::new),
                unknown);
    }

    /** Headers with any flags and options. */
    public static Arbitrary<TcpHeader> tcpHeaders() {
        Arbitrary<List<TcpOption>> options = tcpOptions().list().ofMaxSize(6)
                .map(list -> fitting(list, TcpOption::length));
        return Combinators.combine(shorts(), shorts(), Arbitraries.integers(), Arbitraries.integers(), bytes(), shorts(),
                shorts(), options).as(TcpHeader::new);
    }

    /** Messages of all types. */
    public static Arbitrary<IcmpMessage> icmpMessages() {
        Arbitrary<Octets> data = octets(0, 64);
        Arbitrary<Octets> quoted = octets(20, 64);
        Arbitrary<Integer> time = Arbitraries.integers();
        return Arbitraries.oneOf(
                Combinators.combine(shorts(), shorts(), data).as(IcmpMessage.EchoRequest::new),
                Combinators.combine(shorts(), shorts(), data).as(IcmpMessage.EchoReply::new),
                Combinators.combine(Arbitraries.of(UnreachableCode.values()), shorts(), quoted).as((code, mtu, packet) ->
                        new IcmpMessage.DestinationUnreachable(code,
                                code == UnreachableCode.FRAGMENTATION_NEEDED ? mtu : 0, packet)),
                quoted.map(IcmpMessage.SourceQuench::new),
                Combinators.combine(Arbitraries.of(IcmpMessage.Redirect.Code.values()), ipv4Addresses(), quoted)
                        .as(IcmpMessage.Redirect::new),
                Combinators.combine(Arbitraries.of(IcmpMessage.TimeExceeded.Code.values()), quoted)
                        .as(IcmpMessage.TimeExceeded::new),
                Combinators.combine(bytes(), bytes(), quoted).as(IcmpMessage.ParameterProblem::new),
                Combinators.combine(shorts(), shorts(), time, time, time).as(IcmpMessage.TimestampRequest::new),
                Combinators.combine(shorts(), shorts(), time, time, time).as(IcmpMessage.TimestampReply::new),
                Combinators.combine(shorts(), shorts()).as(IcmpMessage.InformationRequest::new),
                Combinators.combine(shorts(), shorts()).as(IcmpMessage.InformationReply::new),
                Combinators.combine(Arbitraries.integers().between(17, 255), bytes(), time, data)
                        .as(IcmpMessage.Unknown::new),
                Combinators.combine(Arbitraries.of(IcmpType.DESTINATION_UNREACHABLE, IcmpType.TIMESTAMP_REQUEST,
                        IcmpType.ECHO_REQUEST), Arbitraries.integers().between(16, 255), time, quoted)
                        .as(IcmpMessage.Unknown::new));
    }

    /** As many of the options, from the first on, as 40 bytes hold. */
    private static <T> List<T> fitting(List<T> options, ToIntFunction<T> length) {
        int room = 40;
        var fitting = new ArrayList<T>();
        for (T option : options) {
            room -= length.applyAsInt(option);
            if (room < 0) {
                break;
            }
            fitting.add(option);
        }
        return fitting;
    }
}
