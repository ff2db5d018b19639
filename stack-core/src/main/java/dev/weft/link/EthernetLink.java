package dev.weft.link;

import dev.weft.device.Frame;
import dev.weft.device.LinkCast;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.EthernetView;
import dev.weft.wire.MacAddress;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An Ethernet interface: Ethernet II framing (RFC 894) over a TAP, a cable or a switch.
 *
 * <p><b>In.</b> Only what is sent to its own address, to everybody or to a group that was joined is passed up, by its
 * EtherType; it is never promiscuous. The frame's window then begins after the header and still has the padding of short
 * frames: how long the packet is, only its own header says, so IP cuts the rest off with {@link Frame#trim}.
 *
 * <p><b>Out.</b> The header is prepended, and frames shorter than the device wants are padded with zeros (RFC 894 "should
 * be padded (with octets of zero)": what is left in memory from other packets is nobody's business).
 */
public final class EthernetLink extends DeviceLink {

    /** How many groups can be joined. */
    static final int MAX_GROUPS = 1024;

    private final MacAddress mac;
    private final long ownBits;
    private final EthernetView[] views;                        // one for each reader

    /** Held to change who has joined what; nothing is called under it. */
    private final ReentrantLock groupLock = new ReentrantLock();
    private final TreeMap<Long, Integer> joins = new TreeMap<>();   // guarded by groupLock
    private volatile long[] groups = new long[0];                   // sorted; replaced under groupLock

    /**
     * A link on {@code device}, which it owns from now on; it reads once it is started.
     *
     * @param name the interface's name: {@code eth0}
     * @param mac its own address
     * @param counters where its counters are registered
     * @throws IllegalArgumentException when the device is not Ethernet, or {@code mac} cannot be a station's
     */
    public EthernetLink(String name, NetDevice device, MacAddress mac, NanoClock clock, Counters counters) {
        super(name, device, LinkType.ETHERNET, clock, counters);
        if (mac.isMulticast() || mac.equals(MacAddress.ZERO)) {
            throw new IllegalArgumentException(mac + " cannot be the address of a station: " + name
                    + " needs one whose first byte is even, such as 02:00:00:00:00:01");
        }
        this.mac = mac;
        ownBits = mac.bits();
        views = new EthernetView[device.queues()];
        Arrays.setAll(views, i -> new EthernetView());
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public boolean hasLinkAddresses() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when it is not a group's address, or is everybody's, which needs no joining
     * @throws IllegalStateException when {@value #MAX_GROUPS} groups are joined
     */
    @Override
    public void joinMulticast(MacAddress group) {
        if (!group.isMulticast() || group.isBroadcast()) {
            throw new IllegalArgumentException(group + " is not the address of a group that can be joined");
        }
        groupLock.lock();
        try {
            if (joins.size() == MAX_GROUPS && !joins.containsKey(group.bits())) {
                throw new IllegalStateException(name() + " has joined " + MAX_GROUPS + " groups already");
            }
            joins.merge(group.bits(), 1, Integer::sum);
            publishGroupsLocked();
        } finally {
            groupLock.unlock();
        }
    }

    /** {@inheritDoc} A group that was not joined is left alone. */
    @Override
    public void leaveMulticast(MacAddress group) {
        groupLock.lock();
        try {
            joins.computeIfPresent(group.bits(), (bits, count) -> count == 1 ? null : count - 1);
            publishGroupsLocked();
        } finally {
            groupLock.unlock();
        }
    }

    private void publishGroupsLocked() {
        assert groupLock.isHeldByCurrentThread();
        groups = joins.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    void input(Frame frame) {
        EthernetView view = views[frame.batch().queue()];
        view.wrap(frame.segment(), frame.offset(), frame.length());
        if (frame.length() < EthernetHeader.LENGTH) {
            discard(LinkDiscard.RUNT);
            return;
        }
        if (MacAddress.isMulticast(view.source())) {
            discard(LinkDiscard.GROUP_SOURCE);
            return;
        }
        long destination = view.destination();
        if (destination == ownBits) {
            frame.cast(LinkCast.UNICAST);
        } else if (destination == MacAddress.BROADCAST.bits()) {
            frame.cast(LinkCast.BROADCAST);
        } else if (!MacAddress.isMulticast(destination)) {
            discard(LinkDiscard.NOT_OURS);
            return;
        } else if (Arrays.binarySearch(groups, destination) >= 0) {
            frame.cast(LinkCast.MULTICAST);
        } else {
            discard(LinkDiscard.GROUP_NOT_JOINED);
            return;
        }
        int type = view.typeOrLength();
        if (type < EtherType.MINIMUM) {
            discard(LinkDiscard.LENGTH_FRAME);
            return;
        }
        frame.pull(EthernetHeader.LENGTH);
        dispatch(frame, type);
    }

    @Override
    void frame(OutFrame frame, long destinationMac, int etherType) {
        int at = frame.prepend(EthernetHeader.LENGTH);
        EthernetHeader.write(frame.head(), at, destinationMac, ownBits, etherType);
        frame.pad(device().minimumFrame());
    }

    @Override
    void unframe(OutFrame frame) {
        frame.unpad();
        frame.strip(EthernetHeader.LENGTH);
    }
}
