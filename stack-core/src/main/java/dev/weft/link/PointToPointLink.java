package dev.weft.link;

import dev.weft.device.Frame;
import dev.weft.device.LinkCast;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Bytes;
import dev.weft.wire.EtherType;
import dev.weft.wire.MacAddress;

/**
 * An interface without a link header, such as TUN: a frame is an IP packet, whose version says which handler it is for.
 * There are no link addresses, so nothing is to be resolved, and joining a group needs nothing.
 */
public class PointToPointLink extends DeviceLink {

    private static final int IPV4 = 4;
    private static final int IPV6 = 6;

    /**
     * A link on {@code device}, which it owns from now on; it reads once it is started.
     *
     * @param name the interface's name: {@code tun0}
     * @param counters where its counters are registered
     * @throws IllegalArgumentException when the device is not of raw IP packets
     */
    public PointToPointLink(String name, NetDevice device, NanoClock clock, Counters counters) {
        super(name, device, LinkType.RAW_IP, clock, counters);
    }

    @Override
    public final MacAddress mac() {
        return MacAddress.ZERO;
    }

    @Override
    public final boolean hasLinkAddresses() {
        return false;
    }

    /** Does nothing: each packet is received. */
    @Override
    public final void joinMulticast(MacAddress group) {
    }

    /** Does nothing. */
    @Override
    public final void leaveMulticast(MacAddress group) {
    }

    @Override
    final void input(Frame frame) {
        if (frame.length() == 0) {
            discard(LinkDiscard.RUNT);
            return;
        }
        frame.cast(LinkCast.UNICAST);
        int version = Bytes.u8(frame.segment(), frame.offset()) >> 4;
        if (version == IPV4) {
            dispatch(frame, EtherType.IPV4);
        } else if (version == IPV6) {
            dispatch(frame, EtherType.IPV6);
        } else {
            discard(LinkDiscard.UNKNOWN_VERSION);
        }
    }

    @Override
    final void frame(OutFrame frame, long destinationMac, int etherType) {
        frame.pad(device().minimumFrame());
    }

    @Override
    final void unframe(OutFrame frame) {
        frame.unpad();
    }
}
