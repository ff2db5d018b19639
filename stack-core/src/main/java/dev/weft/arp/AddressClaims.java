package dev.weft.arp;

import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The own addresses: probed for where asked, announced, defended, given up (RFC 5227). Pure: told the time.
 *
 * <pre>
 *            delay 0 to 1 s       1 to 2 s each       2 s quiet         announced twice, 2 s apart
 *   PROBING ──────────────▶ probe ──▶ probe ──▶ probe ──────────▶ CLAIMED ──▶ announce ──▶ announce
 *      │ conflict                                                    │ conflict
 *      ▼                                                             ▼
 *     lost                                      defended by an announcement; again within 10 s: lost
 * </pre>
 *
 * Changed by the daemon; the questions about single addresses may be asked by any thread.
 */
final class AddressClaims {

    private static final long SECOND = 1_000_000_000;
    // RFC 5227 §1.1.
    static final long PROBE_WAIT = SECOND;
    static final int PROBE_NUM = 3;
    static final long PROBE_MIN = SECOND;
    static final long PROBE_MAX = 2 * SECOND;
    static final long ANNOUNCE_WAIT = 2 * SECOND;
    static final int ANNOUNCE_NUM = 2;
    static final long ANNOUNCE_INTERVAL = 2 * SECOND;
    static final long DEFEND_INTERVAL = 10 * SECOND;

    private static final int[] NONE = {};

    private static final class Claim {
        final InterfaceAddress configured;
        final Ipv4Address address;
        boolean claimed;
        int probesLeft;
        int announcementsLeft;
        long deadline = NanoClock.FOREVER;
        long lastConflict = -1;

        Claim(InterfaceAddress configured) {
            this.configured = configured;
            address = (Ipv4Address) configured.address();
        }
    }

    private final MacAddress mac;
    private final boolean probe;
    private final Randomness randomness;
    private final Consumer<ArpEffect> effects;
    private final List<Claim> claims = new ArrayList<>();
    private volatile int[] own = NONE;
    private volatile int[] probing = NONE;
    private volatile int[] broadcasts = NONE;

    AddressClaims(MacAddress mac, boolean probe, Randomness randomness, Consumer<ArpEffect> effects) {
        this.mac = mac;
        this.probe = probe;
        this.randomness = randomness;
        this.effects = effects;
    }

    /** Whether the address is ours and in use. Any thread. */
    boolean isOwn(int address) {
        return contains(own, address);
    }

    /** Whether we find out at present if the address can be ours. Any thread. */
    boolean isProbing(int address) {
        return contains(probing, address);
    }

    /** Whether the address is the broadcast of one of our subnets. Any thread. */
    boolean isSubnetBroadcast(int address) {
        return contains(broadcasts, address);
    }

    /** Whether these are the addresses that are claimed already, in this order. */
    boolean matches(List<InterfaceAddress> addresses) {
        return claims.stream().map(claim -> claim.configured).toList().equals(addresses);
    }

    /** Gives up all addresses and claims these. */
    void set(long now, List<InterfaceAddress> addresses) {
        claims.clear();
        for (InterfaceAddress address : addresses) {
            claims.add(new Claim(address));
        }
        publish();
        begin(now);
    }

    /**
     * Claims all addresses anew: they were set, or the link has come up and its switches have to learn us (§2.3).
     */
    void begin(long now) {
        for (Claim claim : List.copyOf(claims)) {
            // Deviation: RFC 5227 §2.1 has a host probe anew when its link comes up. An address that is in use is only
            // announced: connections live on it, a flapping link would stop them for 5 s each time, and a conflict is
            // still found, because the holder of the address answers the announcement with a defence of its own.
            if (probe && !claim.claimed) {
                claim.probesLeft = PROBE_NUM;
                claim.deadline = now + chance(0, PROBE_WAIT);
            } else {
                claim(now, claim);
            }
        }
    }

    /** The earliest time at which {@link #tick} has something to do. */
    long deadline() {
        long earliest = NanoClock.FOREVER;
        for (Claim claim : claims) {
            earliest = Math.min(earliest, claim.deadline);
        }
        return earliest;
    }

    void tick(long now) {
        for (Claim claim : List.copyOf(claims)) {
            if (claim.deadline > now) {
                continue;
            }
            if (claim.claimed) {
                announce(now, claim);
            } else if (claim.probesLeft > 0) {
                probe(now, claim);
            } else {
                claim(now, claim);
            }
        }
    }

    /** Another machine has spoken for, or probes for, an address that is ours or that we probe for. */
    void conflict(long now, ArpPacket packet) {
        Ipv4Address disputed = packet.senderIp().isUnspecified() ? packet.targetIp() : packet.senderIp();
        Iterator<Claim> all = claims.iterator();
        while (all.hasNext()) {
            Claim claim = all.next();
            if (!claim.address.equals(disputed)) {
                continue;
            }
            // RFC 5227 §2.1.1: while probing, any conflict means that the address is taken. §2.4 (b): a claimed one is
            // defended once; when there was another conflict within DEFEND_INTERVAL, we cease to use it, so that two
            // machines do not argue for ever.
            boolean again = claim.lastConflict >= 0 && now - claim.lastConflict < DEFEND_INTERVAL;
            if (claim.claimed && !again) {
                claim.lastConflict = now;
                send(ArpPacket.announcement(mac, claim.address));
            } else {
                all.remove();
                publish();
                effects.accept(new ArpEffect.Lost(claim.address, packet.senderMac()));
            }
            return;
        }
    }

    /** The own address that asks for {@code target}: one of the same subnet, else the first, else none (RFC 5227 §1.1). */
    Ipv4Address senderFor(Ipv4Address target) {
        Ipv4Address sender = Ipv4Address.ANY;
        for (Claim claim : claims) {
            if (claim.claimed) {
                if (claim.configured.prefix().contains(target)) {
                    return claim.address;
                }
                sender = sender.isUnspecified() ? claim.address : sender;
            }
        }
        return sender;
    }

    private void probe(long now, Claim claim) {
        send(ArpPacket.request(mac, Ipv4Address.ANY, claim.address));
        claim.probesLeft--;
        claim.deadline = now + (claim.probesLeft > 0 ? chance(PROBE_MIN, PROBE_MAX) : ANNOUNCE_WAIT);
    }

    private void claim(long now, Claim claim) {
        claim.announcementsLeft = ANNOUNCE_NUM;
        if (!claim.claimed) {
            claim.claimed = true;
            publish();
            effects.accept(new ArpEffect.Claimed(claim.address));
        }
        announce(now, claim);
    }

    private void announce(long now, Claim claim) {
        send(ArpPacket.announcement(mac, claim.address));
        claim.announcementsLeft--;
        claim.deadline = claim.announcementsLeft > 0 ? now + ANNOUNCE_INTERVAL : NanoClock.FOREVER;
    }

    private void send(ArpPacket packet) {
        effects.accept(new ArpEffect.Send(packet, MacAddress.BROADCAST));
    }

    private long chance(long least, long most) {
        return least + randomness.nextInt((int) (most - least) + 1);
    }

    private void publish() {
        own = claims.stream().filter(claim -> claim.claimed).mapToInt(claim -> claim.address.bits()).toArray();
        probing = claims.stream().filter(claim -> !claim.claimed).mapToInt(claim -> claim.address.bits()).toArray();
        broadcasts = claims.stream().flatMap(claim -> claim.configured.subnetBroadcast().stream())
                .mapToInt(Ipv4Address::bits).toArray();
    }

    private static boolean contains(int[] addresses, int address) {
        for (int each : addresses) {
            if (each == address) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "own " + Arrays.toString(own) + " probing " + Arrays.toString(probing);
    }
}
