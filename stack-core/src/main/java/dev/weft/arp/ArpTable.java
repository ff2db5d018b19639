package dev.weft.arp;

import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The protocol of address resolution, pure (D1): it is told what happens and when, {@link #poll()} gives what is to be done
 * about it, {@link #deadline()} when it wants to be ticked.
 *
 * <h2>The life of an entry</h2>
 * <pre>
 *              query, park                          answer
 *   (none) ───────────────▶ ASKING ─────────────────────────────▶ RESOLVED ◀─────────┐
 *     ▲                       │ 1 + retries requests unanswered     │    ▲            │ answer, or a transport
 *     ├───────────────────────┘                                     │    │            │ makes progress
 *     │        unused at the end of its life                        │    └── renewed  │
 *     ├─────────────────────────────────────────────────────────────┤                 │
 *     │                      used and near its end, or suspected    ▼                 │
 *     └───────────────────────────────────────────────────────── POLLING ─────────────┘
 *              polls unanswered, or the end of its life
 * </pre>
 * A request addressed to us makes an entry that is resolved at once. Trusted entries (own addresses, and those the program
 * configured) have no life: they stay until they are taken out.
 *
 * <h2>Room</h2>
 * There are at most {@code cacheSize} entries that are not trusted. A new one drives out the one least recently used to
 * send; being heard of is no use, so a flood of strangers drives out strangers. An entry with a waiter stays. Questions
 * nobody but a parked frame waits for, which a flood of packets from forged neighbours can cause by our answers to them,
 * hold a quarter of the places at most, and the oldest of them goes.
 *
 * <h2>Threads</h2>
 * One thread, the daemon, changes the table. {@link #lookup}, {@link #classify}, {@link #confirm} and {@link #suspect} may
 * be called by any thread at any time, make no garbage and take no lock.
 */
final class ArpTable {

    /** Polls sent to the known hardware address before a broadcast asks everybody (RFC 1122 §2.3.2.1: N is typically 2). */
    static final int UNICAST_POLLS = 2;
    /** How often the progress of a transport is noted; more often would only cost. */
    static final long CONFIRM_GRANULARITY = 1_000_000_000;
    private static final int PARKED_SHARE = 4;

    private final MacAddress mac;
    private final ArpOptions options;
    private final long delay;
    private final long life;
    private final long margin;
    private final ArpIndex index;
    private final AddressClaims claims;
    private final Queue<ArpEffect> effects = new ArrayDeque<>();
    private long nextDeadline = NanoClock.FOREVER;

    ArpTable(MacAddress mac, ArpOptions options, Randomness randomness) {
        this.mac = mac;
        this.options = options;
        delay = options.delay().toNanos();
        life = options.timeout().toNanos();
        // All polls of an entry fit between the time at which it is near its end and the end, where its life is long enough.
        margin = Math.min(Math.multiplyExact(options.retries() + 1L, delay), life / 2);
        index = new ArpIndex(options.cacheSize(), randomness);
        claims = new AddressClaims(mac, options.probe(), randomness, this::emit);
    }

    // ---- What any thread may ask --------------------------------------------------------------------------------

    /** The hardware address, noting that it is used to send; {@link ArpEntry#UNKNOWN} when it is not known. */
    long lookup(int address) {
        ArpEntry entry = index.find(address);
        if (entry == null) {
            return ArpEntry.UNKNOWN;
        }
        long change = index.change();
        if (entry.used != change) {
            entry.used = change;
        }
        return entry.mac;
    }

    /** The hardware address, without use; {@link ArpEntry#UNKNOWN} when it is not known. */
    long peek(int address) {
        ArpEntry entry = index.find(address);
        return entry == null ? ArpEntry.UNKNOWN : entry.mac;
    }

    /** A transport has made progress through that neighbour (RFC 1122 §2.3.2.1, advice from above). */
    void confirm(int address, long now) {
        ArpEntry entry = index.find(address);
        if (entry != null && now - entry.confirmed >= CONFIRM_GRANULARITY) {
            entry.confirmed = now;
        }
    }

    /** A transport gets nothing back; true when that is news, and {@link #pollSuspects} is to be called. */
    boolean suspect(int address) {
        ArpEntry entry = index.find(address);
        if (entry == null || entry.trusted || entry.suspected || entry.mac == ArpEntry.UNKNOWN) {
            return false;
        }
        entry.suspected = true;
        return true;
    }

    /** What a packet with these fields is to us at present. */
    ArpInput classify(boolean request, long senderMac, int senderIp, int targetIp) {
        if (senderMac == mac.bits()) {
            return ArpInput.OWN_ECHO;
        }
        if (MacAddress.isMulticast(senderMac) || senderMac == 0) {
            return ArpInput.BAD_SENDER_MAC;
        }
        boolean forUs = request && claims.isOwn(targetIp);
        if (senderIp == 0) {
            // RFC 5227 §1.1: an ARP probe is a request from 0.0.0.0; a reply from there says nothing.
            return !request ? ArpInput.BAD_SENDER_ADDRESS
                    : claims.isProbing(targetIp) ? ArpInput.CONFLICT
                    : forUs ? ArpInput.QUESTION : ArpInput.NOT_FOR_US;
        }
        if (!isHost(senderIp) || claims.isSubnetBroadcast(senderIp)) {
            return ArpInput.BAD_SENDER_ADDRESS;
        }
        if (claims.isOwn(senderIp) || claims.isProbing(senderIp)) {
            return ArpInput.CONFLICT;
        }
        ArpEntry entry = index.find(senderIp);
        if (entry == null) {
            return forUs ? ArpInput.QUESTION : request ? ArpInput.NOT_FOR_US : ArpInput.UNSOLICITED_REPLY;
        }
        if (entry.trusted) {
            return forUs ? ArpInput.QUESTION : ArpInput.STATIC_KEPT;
        }
        return entry.mac == ArpEntry.UNKNOWN ? ArpInput.AWAITED : forUs ? ArpInput.QUESTION : ArpInput.NEWS;
    }

    /** Whether a packet classified as awaited is the first for its question; the later ones need not be kept. */
    boolean claimAnswer(int senderIp) {
        ArpEntry entry = index.find(senderIp);
        return entry != null && entry.answerQueued.compareAndSet(false, true);
    }

    /** Whether a host on an Ethernet can have this address (RFC 1122 §3.2.1.3): not 0/8, 127/8, a group or above. */
    static boolean isHost(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 240 && !Ipv4Address.isMulticast(address);
    }

    // ---- What the daemon tells ----------------------------------------------------------------------------------

    /** A packet has come. */
    void packet(long now, ArpPacket packet) {
        boolean request = packet.operation() == ArpPacket.Operation.REQUEST;
        int senderIp = packet.senderIp().bits();
        int targetIp = packet.targetIp().bits();
        switch (classify(request, packet.senderMac().bits(), senderIp, targetIp)) {
            case AWAITED, NEWS -> learn(now, index.find(senderIp), packet.senderMac().bits());
            case CONFLICT -> {
                claims.conflict(now, packet);
                return;
            }
            case QUESTION -> remember(now, packet);
            default -> {
                return;
            }
        }
        if (request && claims.isOwn(targetIp)) {
            ArpPacket reply = ArpPacket.reply(mac, packet.targetIp(), packet.senderMac(), packet.senderIp());
            effects.add(new ArpEffect.Send(reply, packet.senderMac()));
        }
    }

    /** A thread wants to know; {@code waiter} is answered by an effect, now or later. */
    void query(long now, int address, ArpWaiter waiter) {
        ArpEntry entry = index.find(address);
        if (entry == null) {
            entry = beginQuestion(now, address);
        }
        if (entry == null) {
            effects.add(new ArpEffect.Answer(waiter, new ArpAnswer.Failed(new IOException("cannot ask for "
                    + new Ipv4Address(address) + ": " + options.cacheSize()
                    + " questions that threads wait for are open (ArpOptions.cacheSize)"))));
        } else if (entry.mac != ArpEntry.UNKNOWN) {
            effects.add(new ArpEffect.Answer(waiter, new ArpAnswer.Resolved(new MacAddress(entry.mac))));
        } else {
            entry.waiters.add(waiter);
        }
    }

    /** The waiter has gone; its question runs on, since others may profit, but may be driven out. */
    void withdraw(int address, ArpWaiter waiter) {
        ArpEntry entry = index.find(address);
        if (entry != null) {
            entry.waiters.remove(waiter);
        }
    }

    /** A frame is parked for that address: an effect will say what becomes of it. */
    void want(long now, int address) {
        ArpEntry entry = index.find(address);
        if (entry == null) {
            entry = beginQuestion(now, address);
        }
        if (entry == null) {
            effects.add(new ArpEffect.GivenUp(address, ArpLoss.CACHE_FULL));
        } else if (entry.mac != ArpEntry.UNKNOWN) {
            effects.add(new ArpEffect.Reachable(address, entry.mac));
        }
    }

    /**
     * Makes these the own addresses. Where they differ from those before, everything learned is forgotten and questions are
     * cleared: they were asked in the name of the old ones. In any case all are announced.
     */
    void setIps(long now, List<InterfaceAddress> addresses) {
        if (claims.matches(addresses)) {
            claims.begin(now);
            return;
        }
        ArpEntry next;
        for (ArpEntry entry = index.first(); entry != null; entry = next) {
            next = index.next(entry);
            if (entry.trusted && !claims.isOwn(entry.address)) {
                continue;
            }
            remove(entry);
            if (entry.mac == ArpEntry.UNKNOWN) {
                answer(entry, new ArpAnswer.Cleared());
                effects.add(new ArpEffect.GivenUp(entry.address, ArpLoss.PARKED_CLEARED));
            }
        }
        nextDeadline = NanoClock.FOREVER;
        claims.set(now, addresses);
    }

    /** Makes a trusted entry, in place of what the cache has; an own address stays what it is. */
    void configure(int address, long hardware) {
        if (!claims.isOwn(address)) {
            trust(address, hardware);
        }
    }

    /** Takes back {@link #configure}. */
    void unconfigure(int address) {
        ArpEntry entry = index.find(address);
        if (entry != null && entry.trusted && !claims.isOwn(address)) {
            remove(entry);
        }
    }

    /** The link has come up. */
    void linkUp(long now) {
        claims.begin(now);
    }

    /** Some entries were {@linkplain #suspect suspected}: they are asked for again. */
    void pollSuspects(long now) {
        for (ArpEntry entry = index.first(); entry != null; entry = index.next(entry)) {
            if (!entry.suspected) {
                continue;
            }
            entry.suspected = false;
            // One answered a moment ago is no suspect, and one being asked is asked already: many connections through one
            // gateway suspect it at once, and RFC 1122 §2.3.2.1 wants at most one request a second to an address.
            if (entry.state == ArpEntry.State.RESOLVED && now - entry.renewed >= delay) {
                beginPolls(now, entry);
            }
        }
    }

    /** Time has passed: repeats questions, polls entries near their end, forgets those past it. */
    void tick(long now) {
        claims.tick(now);
        if (now < nextDeadline) {
            return;
        }
        long earliest = NanoClock.FOREVER;
        ArpEntry next;
        for (ArpEntry entry = index.first(); entry != null; entry = next) {
            next = index.next(entry);
            if (entry.trusted) {
                continue;
            }
            if (entry.deadline > now || age(now, entry)) {
                earliest = Math.min(earliest, entry.deadline);
            }
        }
        nextDeadline = earliest;
    }

    /** When {@link #tick} has something to do, not later. */
    long deadline() {
        return Math.min(nextDeadline, claims.deadline());
    }

    /** What is to be done next, in order, or null. */
    ArpEffect poll() {
        return effects.poll();
    }

    /** Nothing works any more: everybody who waits is told so. */
    void fail(IOException cause) {
        for (ArpEntry entry = index.first(); entry != null; entry = index.next(entry)) {
            answer(entry, new ArpAnswer.Failed(cause));
        }
    }

    /** How many entries there are that the network or a question has made. */
    int size() {
        return index.disposable();
    }

    // ---- How it works -------------------------------------------------------------------------------------------

    /** RFC 826 "Packet Reception": we are the target, so the sender is remembered, where there is room. */
    private void remember(long now, ArpPacket packet) {
        int senderIp = packet.senderIp().bits();
        if (senderIp == 0) {
            return; // RFC 5227 §2.1.1: a probe asks for nobody's entry to be changed.
        }
        ArpEntry entry = index.find(senderIp);
        if (entry == null) {
            if (index.disposable() >= options.cacheSize() && !dropLeastRecentlyUsed()) {
                return;
            }
            entry = new ArpEntry(senderIp, false);
            index.insert(entry);
        }
        if (!entry.trusted) {
            learn(now, entry, packet.senderMac().bits());
        }
    }

    private void learn(long now, ArpEntry entry, long hardware) {
        boolean asked = entry.mac == ArpEntry.UNKNOWN && entry.sent > 0;
        entry.answerQueued.set(false);
        entry.mac = hardware;
        entry.confirmed = now;
        renew(now, entry);
        if (asked) {
            answer(entry, new ArpAnswer.Resolved(new MacAddress(hardware)));
            effects.add(new ArpEffect.Reachable(entry.address, hardware));
        }
    }

    private void renew(long now, ArpEntry entry) {
        entry.state = ArpEntry.State.RESOLVED;
        entry.renewed = Math.max(entry.renewed, entry.confirmed);
        entry.renewedAtChange = index.nextChange();
        setDeadline(entry, Math.max(now, entry.renewed + life - margin));
    }

    /** Lets an entry whose deadline has come live on; false when it was taken out. */
    private boolean age(long now, ArpEntry entry) {
        switch (entry.state) {
            case ASKING -> {
                if (entry.sent > options.retries()) {
                    remove(entry);
                    answer(entry, new ArpAnswer.Timeout());
                    effects.add(new ArpEffect.Unreachable(entry.address));
                    return false;
                }
                ask(now, entry, MacAddress.BROADCAST);
                return true;
            }
            case RESOLVED -> {
                if (entry.confirmed > entry.renewed) {
                    renew(now, entry);
                } else if (now >= entry.renewed + life) {
                    remove(entry);
                    return false;
                } else if (entry.isUsed()) {
                    beginPolls(now, entry);
                } else {
                    // Near its end and not used so far; should it still be, it is asked for in what is left.
                    setDeadline(entry, Math.min(now + delay, entry.renewed + life));
                }
                return true;
            }
            case POLLING -> {
                if (entry.confirmed > entry.renewed) {
                    renew(now, entry);
                } else if (entry.sent > options.retries() || now >= entry.renewed + life) {
                    remove(entry);
                    return false;
                } else {
                    ask(now, entry, entry.sent < UNICAST_POLLS ? new MacAddress(entry.mac) : MacAddress.BROADCAST);
                }
                return true;
            }
        }
        throw new AssertionError(entry.state);
    }

    private void beginPolls(long now, ArpEntry entry) {
        entry.state = ArpEntry.State.POLLING;
        entry.sent = 0;
        ask(now, entry, new MacAddress(entry.mac));
    }

    /** A new entry with its first request sent; null when no place can be had. */
    private ArpEntry beginQuestion(long now, int address) {
        if (index.disposable() >= options.cacheSize() && !dropLeastRecentlyUsed() && !dropOldestQuestion(1)) {
            return null;
        }
        dropOldestQuestion(Math.max(1, options.cacheSize() / PARKED_SHARE));
        ArpEntry entry = new ArpEntry(address, false);
        index.insert(entry);
        // Whoever asks is about to send: the answer counts as used from the beginning.
        entry.used = index.nextChange();
        ask(now, entry, MacAddress.BROADCAST);
        return entry;
    }

    private void ask(long now, ArpEntry entry, MacAddress destination) {
        Ipv4Address target = new Ipv4Address(entry.address);
        effects.add(new ArpEffect.Send(ArpPacket.request(mac, claims.senderFor(target), target), destination));
        entry.sent++;
        long next = now + delay;
        setDeadline(entry, entry.state == ArpEntry.State.POLLING ? Math.min(next, entry.renewed + life) : next);
    }

    private void setDeadline(ArpEntry entry, long deadline) {
        entry.deadline = deadline;
        nextDeadline = Math.min(nextDeadline, deadline);
    }

    /**
     * Takes out the resolved entry that was least recently used to send; of those never used, the one made first. False
     * when there is none. It looks at every entry, some microseconds in a full cache of the default size, and only
     * insertion into a full cache comes here, on the daemon, whose mailbox sheds what is too much.
     */
    private boolean dropLeastRecentlyUsed() {
        ArpEntry oldest = null;
        for (ArpEntry entry = index.first(); entry != null; entry = index.next(entry)) {
            if (!entry.trusted && entry.mac != ArpEntry.UNKNOWN && (oldest == null || entry.used < oldest.used)) {
                oldest = entry;
            }
        }
        if (oldest == null) {
            return false;
        }
        remove(oldest);
        return true;
    }

    /** Gives up the oldest question for which no thread waits when there are {@code limit} or more of them. */
    private boolean dropOldestQuestion(int limit) {
        ArpEntry oldest = null;
        int count = 0;
        for (ArpEntry entry = index.first(); entry != null; entry = index.next(entry)) {
            if (entry.mac == ArpEntry.UNKNOWN && entry.waiters.isEmpty()) {
                oldest = oldest == null ? entry : oldest;
                count++;
            }
        }
        if (count < limit) {
            return false;
        }
        remove(oldest);
        effects.add(new ArpEffect.GivenUp(oldest.address, ArpLoss.PARKED_OLDEST_OUT));
        return true;
    }

    private void answer(ArpEntry entry, ArpAnswer answer) {
        for (ArpWaiter waiter : entry.waiters) {
            effects.add(new ArpEffect.Answer(waiter, answer));
        }
        entry.waiters.clear();
    }

    private void remove(ArpEntry entry) {
        index.remove(entry);
        index.nextChange();
    }

    /** An own address becomes or ceases to be a trusted entry before anybody hears of it. */
    private void emit(ArpEffect effect) {
        switch (effect) {
            case ArpEffect.Claimed(Ipv4Address address) -> trust(address.bits(), mac.bits());
            case ArpEffect.Lost(Ipv4Address address, MacAddress holder) -> {
                ArpEntry entry = index.find(address.bits());
                if (entry != null && entry.trusted) {
                    remove(entry);
                }
            }
            default -> {
            }
        }
        effects.add(effect);
    }

    private void trust(int address, long hardware) {
        ArpEntry before = index.find(address);
        ArpEntry entry = new ArpEntry(address, true);
        entry.mac = hardware;
        entry.state = ArpEntry.State.RESOLVED;
        entry.deadline = NanoClock.FOREVER;
        if (before != null) {
            remove(before);
        }
        index.insert(entry);
        if (before != null && before.mac == ArpEntry.UNKNOWN) {
            answer(before, new ArpAnswer.Resolved(new MacAddress(hardware)));
            effects.add(new ArpEffect.Reachable(address, hardware));
        }
    }
}
