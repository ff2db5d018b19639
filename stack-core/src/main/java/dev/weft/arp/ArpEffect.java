package dev.weft.arp;

import dev.weft.wire.ArpPacket;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;

/** What the table wants done: pulled by {@link ArpTable#poll()} and carried out by the daemon, in order (D1). */
sealed interface ArpEffect {

    /** Send this packet to that station. */
    record Send(ArpPacket packet, MacAddress destination) implements ArpEffect {
    }

    /** Tell the waiter. */
    record Answer(ArpWaiter waiter, ArpAnswer answer) implements ArpEffect {
    }

    /** The next hop is known: frames parked for it leave. */
    record Reachable(int address, long mac) implements ArpEffect {
    }

    /** Nobody answers for the next hop: frames parked for it come to nothing, and their listeners are told. */
    record Unreachable(int address) implements ArpEffect {
    }

    /** The question was given up for a reason that says nothing about the next hop: frames parked for it are dropped. */
    record GivenUp(int address, ArpLoss why) implements ArpEffect {
    }

    /** An own address may be used from now on. */
    record Claimed(Ipv4Address address) implements ArpEffect {
    }

    /** An own address is another machine's. */
    record Lost(Ipv4Address address, MacAddress holder) implements ArpEffect {
    }
}
