package dev.weft.ipv4;

import dev.weft.device.OutFrame;
import dev.weft.wire.InterfaceAddress;
import java.io.IOException;
import java.util.List;

/** How the hosts on a link are reached: by ARP, or without link addresses. */
interface Neighbours {

    /** The link address of a neighbour, or -1 while it is not known. Never suspends, makes no garbage. */
    long lookup(int nextHop);

    /**
     * Keeps a copy of a packet until the neighbour's link address is known, and asks for that. Never suspends.
     *
     * @return false when there was no room
     */
    boolean park(int nextHop, OutFrame packet);

    /**
     * Asks for a neighbour's link address. Suspends.
     *
     * @return false when the question became void because addresses changed: the way must be looked up anew
     * @throws IOException when nobody answers ({@code RouteNotFound}), or nobody can be asked
     */
    boolean resolve(int nextHop) throws IOException, InterruptedException;

    /** Tells who asks on the link which addresses are ours. */
    void ownAddresses(List<InterfaceAddress> addresses);

    /** The neighbour has shown to be reachable. */
    void confirm(int nextHop);

    /** The neighbour seems to have gone. */
    void suspect(int nextHop);

    /** A link without link addresses: TUN, loopback. */
    Neighbours NONE = new Neighbours() {
        @Override
        public long lookup(int nextHop) {
            return 0;
        }

        @Override
        public boolean park(int nextHop, OutFrame packet) {
            throw new AssertionError("every neighbour is known");
        }

        @Override
        public boolean resolve(int nextHop) {
            return true;
        }

        @Override
        public void ownAddresses(List<InterfaceAddress> addresses) {
            // nobody asks
        }

        @Override
        public void confirm(int nextHop) {
            // there is nothing to age
        }

        @Override
        public void suspect(int nextHop) {
            // there is nobody to ask
        }
    };
}
