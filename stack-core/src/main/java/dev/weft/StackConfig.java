package dev.weft;

import dev.weft.arp.ArpOptions;
import dev.weft.device.DeviceFactory;
import dev.weft.icmp.IcmpOptions;
import dev.weft.ipv4.Ipv4Options;
import dev.weft.route.PathMtuOptions;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.tcp.TcpSettings;
import dev.weft.udp.UdpSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Describes a network stack; a value, each method gives a changed copy. {@link NetworkStack#open} does the rest.
 *
 * <pre>{@code
 * var config = StackConfig.create()
 *         .link("eth0", Tap.named("weft0"), link -> link
 *                 .address("10.9.0.2/24")
 *                 .gateway("10.9.0.1"));
 * }</pre>
 *
 * @param name what the names of the stack's threads and its log lines begin with; default {@code weft}
 * @param links the interfaces, in order
 * @param clock who tells the time; default the system's
 * @param randomness where ports, sequence numbers and hardware addresses come from; default secure
 * @param closeTimeout how long {@link NetworkStack#close} waits for what was written to be delivered; default 5 s
 * @param arp how ARP behaves on Ethernet links
 * @param ipv4 how IPv4 behaves
 * @param icmp how ICMP behaves
 * @param udp how much memory UDP may take
 * @param tcp how TCP behaves
 * @param pathMtu how long it is believed what routers say about the length of packets
 */
public record StackConfig(String name, List<LinkConfig> links, NanoClock clock, Randomness randomness,
                          Duration closeTimeout, ArpOptions arp, Ipv4Options ipv4, IcmpOptions icmp, UdpSettings udp,
                          TcpSettings tcp, PathMtuOptions pathMtu) {

    /** Checks what can be checked without a device. */
    public StackConfig {
        Objects.requireNonNull(name, "name");
        links = List.copyOf(links);
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(randomness, "randomness");
        if (closeTimeout.isNegative()) {
            throw new IllegalArgumentException("StackConfig.closeTimeout is negative: " + closeTimeout);
        }
        Objects.requireNonNull(arp, "arp");
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(icmp, "icmp");
        Objects.requireNonNull(udp, "udp");
        Objects.requireNonNull(tcp, "tcp");
        Objects.requireNonNull(pathMtu, "pathMtu");
    }

    /** A stack with the defaults and without an interface but loopback. */
    public static StackConfig create() {
        return new StackConfig("weft", List.of(), NanoClock.system(), Randomness.secure(), Duration.ofSeconds(5),
                ArpOptions.defaults(), Ipv4Options.defaults(), IcmpOptions.defaults(), UdpSettings.defaults(),
                TcpSettings.defaults(), PathMtuOptions.defaults());
    }

    /**
     * Adds an interface.
     *
     * @param linkName how the stack knows it: {@code eth0}
     * @param device what it runs on; opened by {@link NetworkStack#open}
     * @param details completes the description: addresses, gateway
     * @throws IllegalArgumentException when there is an interface of that name, or the name is {@code lo}
     */
    public StackConfig link(String linkName, DeviceFactory device, UnaryOperator<LinkConfig> details) {
        if (linkName.equals(NetworkStack.LOOPBACK) || links.stream().anyMatch(each -> each.name().equals(linkName))) {
            throw new IllegalArgumentException("there is an interface " + linkName + " already");
        }
        var more = new ArrayList<>(links);
        more.add(details.apply(LinkConfig.of(linkName, device)));
        return new StackConfig(name, more, clock, randomness, closeTimeout, arp, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with this name, with which the names of its threads begin. */
    public StackConfig name(String stackName) {
        return new StackConfig(stackName, links, clock, randomness, closeTimeout, arp, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with this clock: a virtual one for tests. */
    public StackConfig clock(NanoClock time) {
        return new StackConfig(name, links, time, randomness, closeTimeout, arp, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with this source of chance: a seeded one for tests. */
    public StackConfig randomness(Randomness chance) {
        return new StackConfig(name, links, clock, chance, closeTimeout, arp, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with this patience of {@link NetworkStack#close}; zero resets all connections at once. */
    public StackConfig closeTimeout(Duration limit) {
        return new StackConfig(name, links, clock, randomness, limit, arp, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with these options of ARP. */
    public StackConfig arp(ArpOptions options) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, options, ipv4, icmp, udp, tcp, pathMtu);
    }

    /** A copy with these options of IPv4. */
    public StackConfig ipv4(Ipv4Options options) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, arp, options, icmp, udp, tcp, pathMtu);
    }

    /** A copy with these options of ICMP. */
    public StackConfig icmp(IcmpOptions options) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, arp, ipv4, options, udp, tcp, pathMtu);
    }

    /** A copy with these settings of UDP. */
    public StackConfig udp(UdpSettings settings) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, arp, ipv4, icmp, settings, tcp, pathMtu);
    }

    /** A copy with these settings of TCP. */
    public StackConfig tcp(TcpSettings settings) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, arp, ipv4, icmp, udp, settings, pathMtu);
    }

    /** A copy with these options of the path MTU cache. */
    public StackConfig pathMtu(PathMtuOptions options) {
        return new StackConfig(name, links, clock, randomness, closeTimeout, arp, ipv4, icmp, udp, tcp, options);
    }
}
