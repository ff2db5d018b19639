package dev.weft.arp;

import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;

/** Who hears what becomes of the own addresses (RFC 5227). Called on ARP's daemon: must be short, must not suspend. */
public interface AddressListener {

    /** The address is ours from now on: nobody objected to the probes, or none were asked for. */
    void claimed(Ipv4Address address);

    /**
     * The address is not ours: somebody had it when we probed for it (RFC 5227 §2.1.1), or claimed it again within 10 s of
     * our defence (§2.4 b). ARP has ceased to use it; whoever is told takes it from the interface.
     *
     * @param holder the other one's hardware address
     */
    void lost(Ipv4Address address, MacAddress holder);
}
