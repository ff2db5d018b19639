package dev.weft;

import dev.weft.device.DeviceFactory;
import dev.weft.link.ReaderMode;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Describes one interface of a stack; a value, each method gives a changed copy.
 *
 * @param name how the stack knows it
 * @param device what it runs on
 * @param addresses its addresses, each with the length of its subnet's prefix; may be empty
 * @param gateway the router for everything that is not in those subnets; empty for none
 * @param mac its hardware address; empty: the device's own, or else a random one, locally administered
 * @param reader what kind of thread reads the device; default a platform thread
 */
public record LinkConfig(String name, DeviceFactory device, List<InterfaceAddress> addresses, Optional<IpAddress> gateway,
                         Optional<MacAddress> mac, ReaderMode reader) {

    /** Checks what can be checked without a device. */
    public LinkConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("an interface needs a name");
        }
        Objects.requireNonNull(device, "device");
        addresses = List.copyOf(addresses);
        for (InterfaceAddress address : addresses) {
            requireIpv4(name, address.address());
        }
        gateway.ifPresent(address -> requireIpv4(name, address));
        Objects.requireNonNull(reader, "reader");
    }

    private static void requireIpv4(String name, IpAddress address) {
        if (!(address instanceof Ipv4Address)) {
            throw new IllegalArgumentException("interface " + name + ": " + address + " is IPv6, which this version does not speak");
        }
    }

    static LinkConfig of(String name, DeviceFactory device) {
        return new LinkConfig(name, device, List.of(), Optional.empty(), Optional.empty(), ReaderMode.PLATFORM);
    }

    /** A copy with one more address, as in {@code "10.9.0.2/24"}. */
    public LinkConfig address(String cidr) {
        return address(InterfaceAddress.of(cidr));
    }

    /** A copy with one more address. */
    public LinkConfig address(InterfaceAddress address) {
        var more = new ArrayList<>(addresses);
        more.add(address);
        return new LinkConfig(name, device, more, gateway, mac, reader);
    }

    /** A copy with this gateway. */
    public LinkConfig gateway(String address) {
        return new LinkConfig(name, device, addresses, Optional.of(IpAddress.of(address)), mac, reader);
    }

    /** A copy with this hardware address, as in {@code "02:00:00:00:00:02"}. */
    public LinkConfig mac(String address) {
        return mac(MacAddress.of(address));
    }

    /**
     * A copy with this hardware address.
     *
     * @throws IllegalArgumentException when it is a group's or all zero
     */
    public LinkConfig mac(MacAddress address) {
        if (address.isMulticast() || address.bits() == 0) {
            throw new IllegalArgumentException("interface " + name + " cannot have the hardware address " + address);
        }
        return new LinkConfig(name, device, addresses, gateway, Optional.of(address), reader);
    }

    /** A copy that is read by this kind of thread. */
    public LinkConfig reader(ReaderMode mode) {
        return new LinkConfig(name, device, addresses, gateway, mac, mode);
    }
}
