package dev.weft.ipv4;

import dev.weft.device.OutFrame;
import dev.weft.ip.IpPath;
import dev.weft.link.Link;
import dev.weft.route.PathMtuCache;
import dev.weft.route.RoutingTable;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;

/**
 * A way over one link: everything that is the same for all packets from one address to another. Immutable but for what it
 * remembers of the {@link PathMtuCache}.
 */
final class Ipv4Path implements IpPath {

    /** Says that the neighbours are asked for the next hop's link address. */
    static final long ASK = -1;

    final Ipv4Interface out;
    final Ipv4Address local;
    final Ipv4Address remote;
    final int nextHop;
    /** The link address that packets get whatever the neighbours say (groups have one of their own), or {@link #ASK}. */
    final long fixedMac;
    final long identificationKey;
    private final boolean group;
    private final Ipv4Output output;
    private final RoutingTable table;
    private final long generation;
    private final PathMtuCache pathMtus;
    /** The last answer of the cache: its version in the upper half, the path MTU twice, plus 1 if that is below the floor, in the lower. */
    private volatile long known;

    Ipv4Path(Ipv4Output output, RoutingTable table, long generation, PathMtuCache pathMtus, Ipv4Interface out,
             Ipv4Address local, Ipv4Address remote, int nextHop, long fixedMac, boolean group) {
        this.output = output;
        this.table = table;
        this.generation = generation;
        this.pathMtus = pathMtus;
        this.out = out;
        this.local = local;
        this.remote = remote;
        this.nextHop = nextHop;
        this.fixedMac = fixedMac;
        this.group = group;
        identificationKey = output.identificationKey(local.bits(), remote.bits());
        known = ask(pathMtus.version());
    }

    /** The same way to a link address that the caller knows. */
    Ipv4Path to(long mac) {
        return new Ipv4Path(output, table, generation, pathMtus, out, local, remote, nextHop, mac, group);
    }

    /** Where packets go on the link, or {@link #ASK} while that is not known. */
    long mac() {
        return fixedMac != ASK ? fixedMac : out.neighbours.lookup(nextHop);
    }

    @Override
    public IpAddress local() {
        return local;
    }

    @Override
    public IpAddress remote() {
        return remote;
    }

    @Override
    public Link link() {
        return out.link;
    }

    @Override
    public int mtu() {
        return Math.min(out.link.mtu(), (int) known() >>> 1);
    }

    /** Whether some link on the way takes less than we go down to, so that packets must be allowed to be fragmented. */
    boolean mustAllowFragments() {
        return (known() & 1) != 0;
    }

    @Override
    public int mtuVersion() {
        return pathMtus.version();
    }

    @Override
    public void tooBig(int mtu) {
        pathMtus.lower(remote.hi(), remote.lo(), mtu, out.link.mtu());
    }

    private long known() {
        long last = known;
        int version = pathMtus.version();
        if ((int) (last >>> 32) != version) {
            last = ask(version);
            known = last;
        }
        return last;
    }

    private long ask(int version) {
        int mtu = pathMtus.mtu(remote.hi(), remote.lo(), Integer.MAX_VALUE >> 1);
        return (long) version << 32 | (long) mtu << 1 | (pathMtus.isBelowFloor(remote.hi(), remote.lo()) ? 1 : 0);
    }

    @Override
    public boolean isGroup() {
        return group;
    }

    @Override
    public boolean isCurrent() {
        return table.current().generation() == generation;
    }

    @Override
    public boolean send(OutFrame frame, int protocol, int hopLimit, int trafficClass, boolean dontFragment) {
        return output.send(this, frame, protocol, hopLimit, trafficClass, dontFragment);
    }

    @Override
    public int send(OutFrame[] frames, int from, int to, int protocol, int hopLimit, int trafficClass,
                    boolean dontFragment) {
        return output.send(this, frames, from, to, protocol, hopLimit, trafficClass, dontFragment);
    }

    @Override
    public void confirm() {
        out.neighbours.confirm(nextHop);
    }

    @Override
    public void suspect() {
        out.neighbours.suspect(nextHop);
    }

    @Override
    public String toString() {
        return local + " → " + remote + (nextHop == remote.bits() ? "" : " via " + new Ipv4Address(nextHop)) + " on "
                + out.link.name();
    }
}
