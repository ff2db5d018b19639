package dev.weft.ip;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Who handles which protocol above IP; one for both families. Registered when the stack is put together, read on every
 * packet: an array look-up, no lock, no garbage.
 */
public final class Protocols {

    private final AtomicReferenceArray<IpProtocolHandler> handlers = new AtomicReferenceArray<>(256);
    private final AtomicReferenceArray<TransportErrors> listeners = new AtomicReferenceArray<>(256);

    /**
     * Registers who takes packets of a protocol.
     *
     * @param protocol 0 to 255
     * @throws IllegalStateException when the protocol has a handler
     */
    public void handle(int protocol, IpProtocolHandler handler) {
        if (!handlers.compareAndSet(check(protocol), null, handler)) {
            throw new IllegalStateException("IP protocol " + protocol + " has a handler already");
        }
    }

    /** Takes a handler out again; nothing when another one, or none, is registered. */
    public void remove(int protocol, IpProtocolHandler handler) {
        handlers.compareAndSet(check(protocol), handler, null);
    }

    /**
     * Registers who hears of ICMP errors about packets of a protocol.
     *
     * @param protocol 0 to 255
     * @throws IllegalStateException when the protocol has a listener
     */
    public void onError(int protocol, TransportErrors listener) {
        if (!listeners.compareAndSet(check(protocol), null, listener)) {
            throw new IllegalStateException("the errors of IP protocol " + protocol + " have a listener already");
        }
    }

    /** Hands a packet to its protocol; false when nobody takes it. On the reader. */
    public boolean deliver(IpPacket packet) {
        IpProtocolHandler handler = handlers.get(packet.protocol());
        return handler != null && handler.handle(packet);
    }

    /** Hands an error to its protocol; false when nobody listens. See {@link TransportErrors#error} for the arguments. */
    public boolean error(int protocol, IcmpErrorKind kind, int mtu, long srcHi, long srcLo, long dstHi, long dstLo,
                         MemorySegment quoted, long offset, int length) {
        TransportErrors listener = listeners.get(protocol);
        if (listener == null) {
            return false;
        }
        listener.error(kind, mtu, srcHi, srcLo, dstHi, dstLo, quoted, offset, length);
        return true;
    }

    private static int check(int protocol) {
        if (protocol < 0 || protocol > 255) {
            throw new IllegalArgumentException("an IP protocol number is 0 to 255, not " + protocol);
        }
        return protocol;
    }
}
