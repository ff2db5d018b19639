package dev.weft.ip;

import java.io.Serial;
import java.net.NoRouteToHostException;

/** No way leads to a destination: no route, no address of ours that fits, or a next hop that does not answer. */
public final class RouteNotFound extends NoRouteToHostException {

    @Serial
    private static final long serialVersionUID = 1;

    /** @param message says which destination, why, and what to do */
    public RouteNotFound(String message) {
        super(message);
    }
}
