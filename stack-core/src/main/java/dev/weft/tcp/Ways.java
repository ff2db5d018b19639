package dev.weft.tcp;

import dev.weft.ip.IpPath;
import dev.weft.tcp.core.TcpConfig;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What connections to the same peer share: the path there, and what they are told when they are made. A hundred thousand of
 * them have one of each and not one for each, and a new one makes none.
 *
 * <p>The last peers only, each in the one place that its address allows; who is not there is asked for anew. Any thread, no locks.
 */
final class Ways {

    private static final int SLOTS = 256;

    /** To one peer, with the options of one kind of socket. */
    private record Way(IpPath path, int queueFrames, TcpOptions options, TcpConfig config) {

        boolean leads(long localHi, long localLo, long remoteHi, long remoteLo) {
            return path.remote().lo() == remoteLo && path.local().lo() == localLo && path.remote().hi() == remoteHi
                    && path.local().hi() == localHi && path.isCurrent();
        }

        boolean isLike(IpPath other) {
            return path.link() == other.link() && config.mtu() == other.link().mtu() && queueFrames == other.link().queueFrames()
                    && path.remote().equals(other.remote()) && path.local().equals(other.local());
        }
    }

    private final AtomicReferenceArray<Way> last = new AtomicReferenceArray<>(SLOTS);

    /** The path between two addresses that an earlier connection took and that is still the right one, or null. */
    IpPath path(long localHi, long localLo, long remoteHi, long remoteLo) {
        Way way = last.get(slot(remoteHi, remoteLo));
        return way != null && way.leads(localHi, localLo, remoteHi, remoteLo) ? way.path() : null;
    }

    /** What an earlier connection over a path like this was told, with these options; or null. */
    TcpConfig config(IpPath path, TcpOptions options) {
        Way way = last.get(slot(path.remote().hi(), path.remote().lo()));
        return way != null && way.isLike(path) && way.options().equals(options) ? way.config() : null;
    }

    /** Remembers both for the next one. */
    void remember(IpPath path, TcpOptions options, TcpConfig config) {
        last.set(slot(path.remote().hi(), path.remote().lo()), new Way(path, path.link().queueFrames(), options, config));
    }

    private static int slot(long hi, long lo) {
        long mixed = (hi ^ lo) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 56) & SLOTS - 1;
    }
}
