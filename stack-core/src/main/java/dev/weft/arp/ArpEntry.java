package dev.weft.arp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the cache knows about one IPv4 address. Changed by the daemon alone; the volatile fields are read, and the marks at
 * the end set, by any thread.
 */
final class ArpEntry {

    /** The value of {@link #mac} as long as nobody has answered. */
    static final long UNKNOWN = -1;

    /** Where an entry is in its life; a trusted one stays {@code RESOLVED} and has no deadline. */
    enum State {
        /** Asked for by broadcast; no hardware address yet. */
        ASKING,
        /** Known. */
        RESOLVED,
        /** Known and in use, being asked whether it still holds (RFC 1122 §2.3.2.1, unicast poll). */
        POLLING
    }

    final int address;
    /** Configured by the program: neither the network nor the clock changes it. */
    final boolean trusted;
    /** 48 bits, or {@link #UNKNOWN}. */
    volatile long mac = UNKNOWN;
    /** The next entry of the same bucket; kept when this entry is taken out, for threads that look at it just then. */
    volatile ArpEntry nextInBucket;

    State state = State.ASKING;
    /** Requests sent since the state began. */
    int sent;
    /** When the state is looked at next. */
    long deadline;
    /** When it was last heard from or confirmed. */
    long renewed;
    /** The number of the change by which it was last renewed; see {@link ArpIndex#change()}. */
    long renewedAtChange;
    /** Who waits for the answer. */
    final List<ArpWaiter> waiters = new ArrayList<>(1);
    ArpEntry before;
    ArpEntry after;

    /** The number of the change after which it was last used to send, 0 when never. Set by any thread. */
    volatile long used;
    /** When a transport last made progress through it. Set by any thread. */
    volatile long confirmed;
    /** A transport gets nothing back: ask again. Set by any thread, taken back by the daemon. */
    volatile boolean suspected;
    /** An answer for it lies in the mailbox. Set by one of the readers, taken back by the daemon. */
    final AtomicBoolean answerQueued = new AtomicBoolean();

    ArpEntry(int address, boolean trusted) {
        this.address = address;
        this.trusted = trusted;
    }

    /** Whether it was used to send since it was last renewed. */
    boolean isUsed() {
        return used >= renewedAtChange;
    }
}
