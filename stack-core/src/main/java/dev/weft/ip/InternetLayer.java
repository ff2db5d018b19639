package dev.weft.ip;

import dev.weft.route.IpFamily;
import dev.weft.wire.IpAddress;
import java.net.NoRouteToHostException;

/**
 * The families of IP as the transports see them: one. Chooses the family by the address; transports are registered for
 * both at once.
 */
public final class InternetLayer implements IpLayer {

    private final Protocols protocols;
    private final FamilyLayer[] families = new FamilyLayer[IpFamily.values().length];
    private final IcmpErrors errors = new ByFamily();

    /**
     * A layer without a family, which finds no route.
     *
     * @param protocols what the families deliver to
     */
    public InternetLayer(Protocols protocols) {
        this.protocols = protocols;
    }

    /**
     * Adds a family, while the stack is put together: before the first packet and on the same thread.
     *
     * @throws IllegalStateException when it is there
     */
    public void add(IpFamily family, FamilyLayer layer) {
        if (families[family.ordinal()] != null) {
            throw new IllegalStateException(family + " is there already");
        }
        families[family.ordinal()] = layer;
    }

    @Override
    public void handle(int protocol, IpProtocolHandler handler) {
        protocols.handle(protocol, handler);
    }

    @Override
    public void onError(int protocol, TransportErrors listener) {
        protocols.onError(protocol, listener);
    }

    @Override
    public IpPath path(IpAddress local, IpAddress remote) throws NoRouteToHostException {
        if (local != null && !local.isUnspecified() && local.isIpv4() != remote.isIpv4()) {
            throw new RouteNotFound("no way from " + local + " to " + remote + ": they are of different families");
        }
        FamilyLayer layer = families[IpFamily.of(remote).ordinal()];
        if (layer == null) {
            throw new RouteNotFound("no way to " + remote + ": this stack has no " + IpFamily.of(remote));
        }
        return layer.path(local == null || local.isUnspecified() ? null : local, remote);
    }

    @Override
    public boolean isLocal(long hi, long lo) {
        FamilyLayer layer = of(hi, lo);
        return layer != null && layer.isLocal(hi, lo);
    }

    @Override
    public IcmpErrors errors() {
        return errors;
    }

    private FamilyLayer of(long hi, long lo) {
        return families[(IpAddress.isIpv4(hi, lo) ? IpFamily.IPV4 : IpFamily.IPV6).ordinal()];
    }

    /** Sends each error by the family of the packet it is about. */
    private final class ByFamily implements IcmpErrors {

        private IcmpErrors of(IpPacket about) {
            return InternetLayer.this.of(about.dstHi(), about.dstLo()).errors();
        }

        @Override
        public void portUnreachable(IpPacket about) {
            of(about).portUnreachable(about);
        }

        @Override
        public void protocolUnreachable(IpPacket about) {
            of(about).protocolUnreachable(about);
        }

        @Override
        public void reassemblyTimeExceeded(IpPacket firstFragment) {
            of(firstFragment).reassemblyTimeExceeded(firstFragment);
        }

        @Override
        public void parameterProblem(IpPacket about, int pointer) {
            of(about).parameterProblem(about, pointer);
        }
    }
}
