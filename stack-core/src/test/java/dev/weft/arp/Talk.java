package dev.weft.arp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.Randomness;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A conversation with an ARP table in virtual time: what it hears, what it says. */
final class Talk {

    static final MacAddress OWN_MAC = MacAddress.of("02:00:00:00:00:01");
    static final MacAddress PEER_MAC = MacAddress.of("02:00:00:00:00:02");
    static final MacAddress OTHER_MAC = MacAddress.of("02:00:00:00:00:03");
    static final Ipv4Address OWN = Ipv4Address.of("10.0.0.1");
    static final Ipv4Address PEER = Ipv4Address.of("10.0.0.2");
    static final Ipv4Address OTHER = Ipv4Address.of("10.0.0.3");
    static final InterfaceAddress OWN_ON_LINK = InterfaceAddress.of("10.0.0.1/24");

    final ArpTable table;
    final Map<String, ArpAnswer> answers = new LinkedHashMap<>();
    final Map<String, ArpWaiter> waiters = new LinkedHashMap<>();
    private final List<ArpEffect> said = new ArrayList<>();
    long now;

    Talk(ArpOptions options) {
        table = new ArpTable(OWN_MAC, options, Randomness.seeded(1));
    }

    Talk() {
        this(ArpOptions.defaults());
    }

    /** A table with {@link #OWN}, its announcements over. */
    static Talk settled(ArpOptions options) {
        var talk = new Talk(options);
        talk.table.setIps(0, List.of(OWN_ON_LINK));
        talk.passes(Duration.ofSeconds(5));
        talk.says();
        return talk;
    }

    static Talk settled() {
        return settled(ArpOptions.defaults());
    }

    void hears(ArpPacket packet) {
        table.packet(now, packet);
        pull();
    }

    ArpInput takes(ArpPacket packet) {
        return table.classify(packet.operation() == ArpPacket.Operation.REQUEST, packet.senderMac().bits(),
                packet.senderIp().bits(), packet.targetIp().bits());
    }

    void asks(String who, Ipv4Address address) {
        ArpWaiter waiter = answer -> assertThat(answers.put(who, answer)).as("answers to " + who + " before").isNull();
        waiters.put(who, waiter);
        table.query(now, address.bits(), waiter);
        pull();
    }

    void wants(Ipv4Address address) {
        table.want(now, address.bits());
        pull();
    }

    /** Lets time pass, ticking the table whenever it wants. */
    void passes(Duration time) {
        long end = now + time.toNanos();
        while (table.deadline() <= end) {
            now = Math.max(now, table.deadline());
            table.tick(now);
            pull();
        }
        now = end;
        table.tick(now);
        pull();
    }

    /** What it has said since this was called last. */
    List<ArpEffect> says() {
        var all = List.copyOf(said);
        said.clear();
        return all;
    }

    long mac(Ipv4Address address) {
        return table.peek(address.bits());
    }

    void pull() {
        for (ArpEffect effect = table.poll(); effect != null; effect = table.poll()) {
            if (effect instanceof ArpEffect.Answer(ArpWaiter waiter, ArpAnswer answer)) {
                waiter.answered(answer);
            } else {
                said.add(effect);
            }
        }
    }

    static ArpEffect toAll(ArpPacket packet) {
        return new ArpEffect.Send(packet, MacAddress.BROADCAST);
    }

    static ArpEffect to(MacAddress destination, ArpPacket packet) {
        return new ArpEffect.Send(packet, destination);
    }

    /** Our question for an address. */
    static ArpPacket question(Ipv4Address address) {
        return ArpPacket.request(OWN_MAC, OWN, address);
    }

    /** A station's question for our address. */
    static ArpPacket questionBy(MacAddress mac, Ipv4Address address) {
        return ArpPacket.request(mac, address, OWN);
    }

    /** A station's answer to us. */
    static ArpPacket answerBy(MacAddress mac, Ipv4Address address) {
        return ArpPacket.reply(mac, address, OWN_MAC, OWN);
    }

    static ArpAnswer resolved(MacAddress mac) {
        return new ArpAnswer.Resolved(mac);
    }
}
