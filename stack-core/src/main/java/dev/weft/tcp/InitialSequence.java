package dev.weft.tcp;

import dev.weft.runtime.KeyedHash;

/**
 * Initial sequence numbers (RFC 9293 §3.4.1, RFC 6528 §3): ISN = M + F(connection, secret key). M ticks every 4 microseconds,
 * so that an incarnation of a connection begins above the one before it; F keeps an outsider from guessing the numbers
 * of other connections from those of its own.
 */
final class InitialSequence {

    private static final long TICK_NANOS = 4_000;

    private final KeyedHash hash;

    InitialSequence(KeyedHash hash) {
        this.hash = hash;
    }

    int of(FlowKey key, long now) {
        long f = hash.hash(key.remoteHi() ^ Long.rotateLeft(key.localHi(), 32),
                key.remoteLo(), key.localLo(), key.ports());
        return (int) (now / TICK_NANOS + f);
    }
}
