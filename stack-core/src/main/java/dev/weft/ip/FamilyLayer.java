package dev.weft.ip;

import dev.weft.wire.IpAddress;
import java.net.NoRouteToHostException;

/** What IPv4 and IPv6 each do for {@link InternetLayer}, which puts them together for the transports. */
public interface FamilyLayer {

    /**
     * As {@link IpLayer#path}; both addresses are of this family.
     *
     * @param local null lets the layer choose
     */
    IpPath path(IpAddress local, IpAddress remote) throws NoRouteToHostException;

    /** As {@link IpLayer#isLocal}. */
    boolean isLocal(long hi, long lo);

    /** ICMP errors of this family. */
    IcmpErrors errors();
}
