package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Text and classes of addresses; the oracle where there is one is the JDK's. */
class AddressTest {

    @Property(tries = 500)
    void textOfAnAddressReadsBackAsItself(@ForAll IpAddress address) {
        assertThat(IpAddress.of(address.toString())).isEqualTo(address);
        assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
        assertThat(IpAddress.ofBits(address.hi(), address.lo())).isEqualTo(address);
    }

    @Property(tries = 500)
    void theJdkReadsOurTextAndWeReadIts(@ForAll IpAddress address) throws Exception {
        InetAddress theirs = InetAddress.getByName(address.toString());
        assertThat(theirs.getAddress()).isEqualTo(address.toBytes());
        assertThat(IpAddress.of(theirs.getHostAddress())).isEqualTo(address);
        assertThat(IpAddress.of(theirs)).isEqualTo(address);
        assertThat(address.toInetAddress()).isEqualTo(theirs);
    }

    @Property(tries = 500)
    void classesAgreeWithTheJdk(@ForAll IpAddress address) {
        InetAddress theirs = address.toInetAddress();
        assertThat(address.isMulticast()).isEqualTo(theirs.isMulticastAddress());
        assertThat(address.isLoopback()).isEqualTo(theirs.isLoopbackAddress());
        assertThat(address.isUnspecified()).isEqualTo(theirs.isAnyLocalAddress());
        assertThat(address.isLinkLocal()).isEqualTo(theirs.isLinkLocalAddress());
    }

    @Property(tries = 500)
    void addressesAreOrderedByTheir128Bits(@ForAll IpAddress a, @ForAll IpAddress b) {
        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(number(a.hi(), a.lo()).compareTo(number(b.hi(), b.lo())));
        assertThat(a.compareTo(a)).isZero();
    }

    private static BigInteger number(long hi, long lo) {
        return new BigInteger(Long.toUnsignedString(hi)).shiftLeft(64).add(new BigInteger(Long.toUnsignedString(lo)));
    }

    @Example
    void ipv4AddressIsItsMappedFormIn128Bits() {
        IpAddress address = IpAddress.of("1.2.3.4");
        assertThat(address.hi()).isZero();
        assertThat(address.lo()).isEqualTo(0x0000_ffff_0102_0304L);
        assertThat(IpAddress.of("::ffff:1.2.3.4")).isEqualTo(address);
        assertThat(IpAddress.of("::fffe:1.2.3.4")).isInstanceOf(Ipv6Address.class);
        // An IPv6 object that spells it stays another object, and the order knows.
        assertThat(Ipv6Address.of("::ffff:1.2.3.4")).isNotEqualTo(address);
        assertThat(Ipv6Address.of("::ffff:1.2.3.4").compareTo(address)).isNotZero();
    }

    @Example
    void ipv6TextIsTheOneOfRfc5952() {
        Map<String, String> canonical = Map.ofEntries(
                // RFC 5952 §1, §2 and §4: what each of these is to be written as.
                Map.entry("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
                Map.entry("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
                Map.entry("2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"),
                Map.entry("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
                Map.entry("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"),
                Map.entry("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
                Map.entry("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
                Map.entry("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
                Map.entry("2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"),
                Map.entry("0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1"),
                // RFC 4291 §2.2.
                Map.entry("FF01:0:0:0:0:0:0:101", "ff01::101"),
                Map.entry("0:0:0:0:0:0:0:1", "::1"),
                Map.entry("0:0:0:0:0:0:0:0", "::"),
                Map.entry("0:0:0:0:0:0:13.1.68.3", "::d01:4403"),
                Map.entry("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
                Map.entry("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
                Map.entry("fe80:0:0:0::", "fe80::"));
        canonical.forEach((text, written) -> assertThat(Ipv6Address.of(text)).as(text).hasToString(written));
    }

    @Example
    void ipv6TextOutsideRfc4291IsRefusedWithAReason() {
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("", "0 groups"), Map.entry("1:2:3", "3 groups"), Map.entry("1:2:3:4:5:6:7:8:9", "more than 8"),
                Map.entry("1:2:3:4::5:6:7:8", "stands for nothing"), Map.entry("1::2::3", "more than one"),
                Map.entry(":1:2:3:4:5:6:7", "missing"), Map.entry("1:2:3:4:5:6:7:", "single colon"),
                Map.entry("1:::2", "missing"), Map.entry(":", "missing"), Map.entry("12345::", "four digits"),
                Map.entry("g::", "hexadecimal"), Map.entry("::\u0661", "hexadecimal"), Map.entry("fe80::1%eth0", "zone"),
                Map.entry("[::1]", "brackets"), Map.entry("::1.2.3", "four numbers"), Map.entry("::1.2.3.4:5", "end only"),
                Map.entry("1:2:3:4:5:6:7:1.2.3.4", "more than 8"), Map.entry("::-1", "hexadecimal"));
        reasons.forEach((text, reason) -> assertThatIllegalArgumentException().as(text)
                .isThrownBy(() -> Ipv6Address.of(text)).withMessageContaining(reason).withMessageContaining("\"" + text));
    }

    @Example
    void ipv4TextOtherThanFourNumbersIsRefusedWithAReason() {
        Map<String, String> reasons = Map.ofEntries(
                Map.entry("", "four numbers"), Map.entry("1.2.3", "four numbers"), Map.entry("1.2.3.4.5", "more than four"),
                Map.entry("1.2.3.256", "more than 255"), Map.entry("1.2.3.4444444444", "more than 255"),
                Map.entry("1.2.03.4", "leading zero"), Map.entry("1..3.4", "missing"), Map.entry("1.2.3.", "missing"),
                Map.entry("1.2.3.a", "not a digit"), Map.entry("1.2.3.-4", "not a digit"), Map.entry("example.org", "not a digit"),
                Map.entry(" 1.2.3.4", "not a digit"), Map.entry("1.2.3.4/24", "not a digit"));
        reasons.forEach((text, reason) -> assertThatIllegalArgumentException().as(text)
                .isThrownBy(() -> IpAddress.of(text)).withMessageContaining(reason));
    }

    @Property(tries = 200)
    void textOfAMacAddressReadsBackAsItself(@ForAll MacAddress mac) {
        assertThat(mac.toString()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
        assertThat(MacAddress.of(mac.toString())).isEqualTo(mac);
        assertThat(MacAddress.of(mac.toString().toUpperCase(Locale.ROOT).replace(':', '-'))).isEqualTo(mac);
        assertThat(MacAddress.ofBytes(mac.toBytes())).isEqualTo(mac);
    }

    @Example
    void macTextOtherThanSixPairsIsRefused() {
        for (String text : List.of("", "02:00:00:00:00", "02:00:00:00:00:0", "02:00:00:00:00:0g", "02-00:00:00:00:00",
                "020000000001", "02:00:00:00:00:01:", "02.00.00.00.00.01")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> MacAddress.of(text))
                    .withMessageContaining("six pairs");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(-1));
    }

    @Example
    void macAddressTellsGroupsAndLocalOnes() {
        assertThat(MacAddress.BROADCAST.isBroadcast()).isTrue();
        assertThat(MacAddress.BROADCAST.isMulticast()).isTrue();
        assertThat(MacAddress.of("01:00:5e:00:00:01").isMulticast()).isTrue();
        assertThat(MacAddress.of("01:00:5e:00:00:01").isBroadcast()).isFalse();
        assertThat(MacAddress.of("02:00:00:00:00:01").isMulticast()).isFalse();
        assertThat(MacAddress.of("02:00:00:00:00:01").isLocallyAdministered()).isTrue();
        assertThat(MacAddress.of("00:1b:21:00:00:01").isLocallyAdministered()).isFalse();
    }

    @Example
    void multicastGroupsMapToEthernetGroups() {
        // RFC 1112 §6.4: the low 23 bits only, so 32 groups share one address.
        assertThat(MacAddress.multicastFor(IpAddress.of("224.0.0.251"))).hasToString("01:00:5e:00:00:fb");
        assertThat(MacAddress.multicastFor(IpAddress.of("239.255.255.250"))).hasToString("01:00:5e:7f:ff:fa");
        // RFC 2464 §7.
        assertThat(MacAddress.multicastFor(IpAddress.of("ff02::1:ff12:3456"))).hasToString("33:33:ff:12:34:56");
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.multicastFor(IpAddress.of("192.0.2.1")));
    }

    @Property(tries = 1000)
    void prefixContainsWhatBeginsWithTheSameBits(@ForAll IpPrefix prefix, @ForAll IpAddress other,
            @ForAll @IntRange(max = 127) int flipped) {
        assertThat(prefix.contains(prefix.network())).isTrue();
        assertThat(prefix.contains(other)).isEqualTo(naiveContains(prefix, other));
        // The nearest addresses are the interesting ones: one bit away from the network.
        IpAddress near = flip(prefix.network(), flipped % prefix.network().bitLength());
        assertThat(prefix.contains(near)).isEqualTo(naiveContains(prefix, near));
        assertThat(prefix.contains(near.hi(), near.lo())).isEqualTo(naiveContains(prefix, near));
        assertThat(IpPrefix.of(prefix.toString())).isEqualTo(prefix);
    }

    private static IpAddress flip(IpAddress address, int bit) {
        byte[] bytes = address.toBytes();
        bytes[bit / 8] ^= (byte) (0x80 >>> bit % 8);
        return IpAddress.ofBytes(bytes);
    }

    private static boolean naiveContains(IpPrefix prefix, IpAddress address) {
        byte[] a = prefix.network().toBytes();
        byte[] b = address.toBytes();
        if (a.length != b.length) {
            return false;
        }
        for (int bit = 0; bit < prefix.length(); bit++) {
            if (((a[bit / 8] ^ b[bit / 8]) & 0x80 >>> bit % 8) != 0) {
                return false;
            }
        }
        return true;
    }

    @Example
    void defaultRouteOfOneFamilyDoesNotContainTheOther() {
        assertThat(IpPrefix.of("::/0").contains(IpAddress.of("10.0.0.1"))).isFalse();
        assertThat(IpPrefix.of("::/0").contains(0, Ipv4Address.mapped(0x0a000001))).isFalse();
        assertThat(IpPrefix.of("0.0.0.0/0").contains(IpAddress.of("2001:db8::1"))).isFalse();
        assertThat(IpPrefix.of("0.0.0.0/0").contains(IpAddress.of("255.255.255.255"))).isTrue();
        assertThat(IpPrefix.of("::/0").contains(IpAddress.of("ffff::"))).isTrue();
    }

    @Example
    void prefixWithBitsBehindItIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("10.9.0.2/24"))
                .withMessageContaining("the network is 10.9.0.0/24");
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("10.0.0.0/33"));
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("2001:db8::/129"));
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("10.0.0.0")).withMessageContaining("slash");
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("10.0.0.0/")).withMessageContaining("prefix length");
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.of("10.0.0.0/-1"));
    }

    @Property(tries = 500)
    void interfaceAddressLiesInItsPrefix(@ForAll InterfaceAddress address) {
        assertThat(address.prefix().contains(address.address())).isTrue();
        assertThat(InterfaceAddress.of(address.toString())).isEqualTo(address);
        address.subnetBroadcast().ifPresent(broadcast -> {
            assertThat(address.prefix().contains(broadcast)).isTrue();
            assertThat(broadcast).isNotEqualTo(address.address());
        });
        assertThat(address.subnetBroadcast().isPresent())
                .isEqualTo(address.address().isIpv4() && address.prefixLength() <= 30);
    }

    @Example
    void addressesThatNoHostCanHaveAreRefused() {
        for (String text : List.of("0.0.0.0/8", "224.0.0.1/4", "255.255.255.255/32", "10.9.0.0/24", "10.9.0.255/24",
                "::/64", "ff02::1/64")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> InterfaceAddress.of(text))
                    .withMessageContaining("cannot have the address " + text);
        }
        // RFC 3021 §2.1: both addresses of a /31 are hosts.
        assertThat(InterfaceAddress.of("10.9.0.0/31").subnetBroadcast()).isEmpty();
        assertThat(InterfaceAddress.of("10.9.0.255/32").prefix()).hasToString("10.9.0.255/32");
        assertThat(InterfaceAddress.of("10.9.0.2/24").subnetBroadcast()).contains(Ipv4Address.of("10.9.0.255"));
    }

    @Example
    void bytesOfAnotherLengthAreNoAddress() {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.ofBytes(new byte[5])).withMessageContaining("5");
        assertThatIllegalArgumentException().isThrownBy(() -> Ipv4Address.ofBytes(new byte[16]));
        assertThatIllegalArgumentException().isThrownBy(() -> Ipv6Address.ofBytes(new byte[4]));
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.ofBytes(new byte[8]));
    }
}
