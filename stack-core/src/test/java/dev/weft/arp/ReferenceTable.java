package dev.weft.arp;

import dev.weft.wire.ArpPacket;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of the ARP cache as plainly as they can be written, to compare {@link ArpTable} with: one map in the order of
 * insertion, every entry looked at on every tick. It has one own address, and neither probes nor conflicts.
 */
final class ReferenceTable {

    static final class Entry {
        Long mac;
        boolean polling;
        int sent;
        long due;
        long heard;
        long confirmed;
        int usedAt = -1;
        int heardAt;
        final List<String> waiting = new ArrayList<>();
    }

    final Map<Ipv4Address, Entry> entries = new LinkedHashMap<>();
    final List<ArpEffect> says = new ArrayList<>();
    final Map<String, ArpAnswer> answers = new LinkedHashMap<>();
    private final int size;
    private final int retries;
    private final long delay;
    private final long life;
    /** Counts what happens to the cache, so that uses in between have an order. */
    private int step;

    ReferenceTable(ArpOptions options) {
        size = options.cacheSize();
        retries = options.retries();
        delay = options.delay().toNanos();
        life = options.timeout().toNanos();
    }

    private long beforeEnd() {
        return Math.min((retries + 1) * delay, life / 2);
    }

    void lookup(Ipv4Address address) {
        if (entries.containsKey(address)) {
            entries.get(address).usedAt = step;
        }
    }

    void confirm(long now, Ipv4Address address) {
        Entry entry = entries.get(address);
        if (entry != null && now - entry.confirmed >= 1_000_000_000) {
            entry.confirmed = now;
        }
    }

    void suspect(long now, Ipv4Address address) {
        Entry entry = entries.get(address);
        if (entry != null && entry.mac != null && !entry.polling && now - entry.heard >= delay) {
            entry.polling = true;
            entry.sent = 0;
            request(now, address, entry);
        }
    }

    void query(long now, Ipv4Address address, String who) {
        Entry entry = entries.containsKey(address) ? entries.get(address) : begin(now, address);
        if (entry == null) {
            answers.put(who, null);
        } else if (entry.mac != null) {
            answers.put(who, new ArpAnswer.Resolved(new MacAddress(entry.mac)));
        } else {
            entry.waiting.add(who);
        }
    }

    void want(long now, Ipv4Address address) {
        Entry entry = entries.containsKey(address) ? entries.get(address) : begin(now, address);
        if (entry == null) {
            says.add(new ArpEffect.GivenUp(address.bits(), ArpLoss.CACHE_FULL));
        } else if (entry.mac != null) {
            says.add(new ArpEffect.Reachable(address.bits(), entry.mac));
        }
    }

    void hear(long now, ArpPacket packet) {
        boolean forUs = packet.operation() == ArpPacket.Operation.REQUEST && packet.targetIp().equals(Talk.OWN);
        Entry entry = entries.get(packet.senderIp());
        if (entry == null && forUs && (entries.size() < size || dropLeastUsed())) {
            entry = new Entry();
            entries.put(packet.senderIp(), entry);
        }
        if (entry != null) {
            boolean asked = entry.mac == null && entry.sent > 0;
            entry.mac = packet.senderMac().bits();
            entry.confirmed = now;
            renew(entry, now);
            if (asked) {
                answer(entry, new ArpAnswer.Resolved(packet.senderMac()));
                says.add(new ArpEffect.Reachable(packet.senderIp().bits(), entry.mac));
            }
        }
        if (forUs) {
            says.add(Talk.to(packet.senderMac(),
                    ArpPacket.reply(Talk.OWN_MAC, Talk.OWN, packet.senderMac(), packet.senderIp())));
        }
    }

    long deadline() {
        return entries.values().stream().mapToLong(entry -> entry.due).min().orElse(Long.MAX_VALUE);
    }

    void tick(long now) {
        for (Ipv4Address address : List.copyOf(entries.keySet())) {
            Entry entry = entries.get(address);
            if (entry.due > now) {
                continue;
            }
            if (entry.mac == null && entry.sent > retries) {
                remove(address);
                answer(entry, new ArpAnswer.Timeout());
                says.add(new ArpEffect.Unreachable(address.bits()));
            } else if (entry.mac == null) {
                request(now, address, entry);
            } else if (entry.confirmed > entry.heard) {
                renew(entry, now);
            } else if (now >= entry.heard + life || entry.polling && entry.sent > retries) {
                remove(address);
            } else if (entry.polling) {
                request(now, address, entry);
            } else if (entry.usedAt >= entry.heardAt) {
                entry.polling = true;
                entry.sent = 0;
                request(now, address, entry);
            } else {
                entry.due = Math.min(now + delay, entry.heard + life);
            }
        }
    }

    private void renew(Entry entry, long now) {
        entry.polling = false;
        entry.heard = Math.max(entry.heard, entry.confirmed);
        entry.heardAt = ++step;
        entry.due = Math.max(now, entry.heard + life - beforeEnd());
    }

    private void request(long now, Ipv4Address address, Entry entry) {
        boolean alone = entry.polling && entry.sent < 2;
        says.add(Talk.to(alone ? new MacAddress(entry.mac) : MacAddress.BROADCAST, Talk.question(address)));
        entry.sent++;
        entry.due = entry.polling ? Math.min(now + delay, entry.heard + life) : now + delay;
    }

    private Entry begin(long now, Ipv4Address address) {
        if (entries.size() >= size && !dropLeastUsed() && !dropOldestFrameQuestion(1)) {
            return null;
        }
        dropOldestFrameQuestion(Math.max(1, size / 4));
        Entry entry = new Entry();
        entries.put(address, entry);
        entry.usedAt = ++step;
        request(now, address, entry);
        return entry;
    }

    private boolean dropLeastUsed() {
        Ipv4Address least = null;
        for (var each : entries.entrySet()) {
            if (each.getValue().mac != null && (least == null || each.getValue().usedAt < entries.get(least).usedAt)) {
                least = each.getKey();
            }
        }
        if (least != null) {
            remove(least);
        }
        return least != null;
    }

    private boolean dropOldestFrameQuestion(int limit) {
        List<Ipv4Address> questions = entries.entrySet().stream()
                .filter(each -> each.getValue().mac == null && each.getValue().waiting.isEmpty())
                .map(Map.Entry::getKey).toList();
        if (questions.size() < limit) {
            return false;
        }
        remove(questions.getFirst());
        says.add(new ArpEffect.GivenUp(questions.getFirst().bits(), ArpLoss.PARKED_OLDEST_OUT));
        return true;
    }

    private void answer(Entry entry, ArpAnswer answer) {
        entry.waiting.forEach(who -> answers.put(who, answer));
        entry.waiting.clear();
    }

    private void remove(Ipv4Address address) {
        entries.remove(address);
        step++;
    }
}
