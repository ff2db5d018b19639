package dev.weft.arp;

import static dev.weft.arp.Talk.OTHER_MAC;
import static dev.weft.arp.Talk.OWN;
import static dev.weft.arp.Talk.OWN_MAC;
import static dev.weft.arp.Talk.PEER_MAC;
import static dev.weft.arp.Talk.toAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.ArpPacket;
import dev.weft.wire.Ipv4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 5227. */
class AddressClaimsTest {

    private static final ArpEffect ANNOUNCEMENT = toAll(ArpPacket.announcement(OWN_MAC, OWN));
    private static final ArpEffect PROBE = toAll(ArpPacket.request(OWN_MAC, Ipv4Address.ANY, OWN));
    private static final ArpEffect CLAIMED = new ArpEffect.Claimed(OWN);
    private static final ArpEffect LOST = new ArpEffect.Lost(OWN, PEER_MAC);
    private static final ArpPacket CONFLICT = ArpPacket.announcement(PEER_MAC, OWN);

    private static Talk probing() {
        var talk = new Talk(ArpOptions.defaults().probe(true));
        talk.table.setIps(0, List.of(Talk.OWN_ON_LINK));
        talk.pull();
        return talk;
    }

    @Test
    void announcesTwiceTwoSecondsApart() {
        var talk = new Talk();
        talk.table.setIps(0, List.of(Talk.OWN_ON_LINK));
        talk.pull();
        assertThat(talk.says()).containsExactly(CLAIMED, ANNOUNCEMENT);
        talk.passes(Duration.ofSeconds(2).minusNanos(1));
        assertThat(talk.says()).isEmpty();
        talk.passes(Duration.ofNanos(1));
        assertThat(talk.says()).containsExactly(ANNOUNCEMENT);
        talk.passes(Duration.ofHours(1));
        assertThat(talk.says()).isEmpty();
    }

    @Test
    void announcesAgainWhenTheLinkComesUp() {
        Talk talk = Talk.settled();
        talk.table.linkUp(talk.now);
        talk.passes(Duration.ofSeconds(5));
        assertThat(talk.says()).containsExactly(ANNOUNCEMENT, ANNOUNCEMENT);
    }

    @Test
    void probesThreeTimesBeforeItClaimsWhenAskedTo() {
        Talk talk = probing();
        assertThat(talk.says()).as("before a random delay").isEmpty();
        List<Long> times = new ArrayList<>();
        while (times.size() < 3) {
            talk.passes(Duration.ofNanos(talk.table.deadline() - talk.now));
            assertThat(talk.says()).containsExactly(PROBE);
            assertThat(talk.mac(OWN)).as("not used yet").isEqualTo(ArpEntry.UNKNOWN);
            times.add(talk.now);
        }
        assertThat(times.get(0)).isBetween(0L, AddressClaims.PROBE_WAIT);
        assertThat(times.get(1) - times.get(0)).isBetween(AddressClaims.PROBE_MIN, AddressClaims.PROBE_MAX);
        assertThat(times.get(2) - times.get(1)).isBetween(AddressClaims.PROBE_MIN, AddressClaims.PROBE_MAX);
        talk.passes(Duration.ofSeconds(2).minusNanos(1));
        assertThat(talk.says()).isEmpty();
        talk.passes(Duration.ofNanos(1));
        assertThat(talk.says()).containsExactly(CLAIMED, ANNOUNCEMENT);
        assertThat(talk.mac(OWN)).isEqualTo(OWN_MAC.bits());
    }

    @Test
    void doesNotAnswerForAnAddressItStillProbesFor() {
        Talk talk = probing();
        talk.hears(ArpPacket.request(PEER_MAC, Talk.PEER, OWN));
        assertThat(talk.says()).isEmpty();
    }

    @Test
    void losesAnAddressSomebodySpeaksForWhileItProbes() {
        Talk talk = probing();
        talk.hears(ArpPacket.reply(PEER_MAC, OWN, OWN_MAC, Ipv4Address.ANY));
        assertThat(talk.says()).containsExactly(LOST);
        talk.passes(Duration.ofMinutes(1));
        assertThat(talk.says()).isEmpty();
        assertThat(talk.mac(OWN)).isEqualTo(ArpEntry.UNKNOWN);
    }

    @Test
    void losesAnAddressSomebodyElseProbesForAtTheSameTime() {
        Talk talk = probing();
        talk.hears(ArpPacket.request(PEER_MAC, Ipv4Address.ANY, OWN));
        assertThat(talk.says()).containsExactly(LOST);
    }

    @Test
    void isNotDisturbedByItsOwnProbe() {
        Talk talk = probing();
        talk.hears(ArpPacket.request(OWN_MAC, Ipv4Address.ANY, OWN));
        talk.passes(Duration.ofMinutes(1));
        assertThat(talk.says()).contains(CLAIMED);
    }

    @Test
    void defendsItsAddressOnce() {
        Talk talk = Talk.settled();
        assertThat(talk.takes(CONFLICT)).isEqualTo(ArpInput.CONFLICT);
        talk.hears(CONFLICT);
        assertThat(talk.says()).containsExactly(ANNOUNCEMENT);
        assertThat(talk.mac(OWN)).isEqualTo(OWN_MAC.bits());
    }

    @Test
    void ceasesToUseAnAddressWhoseConflictPersistsWithinTenSeconds() {
        Talk talk = Talk.settled();
        talk.hears(CONFLICT);
        talk.passes(Duration.ofSeconds(10).minusNanos(1));
        talk.says();
        talk.hears(CONFLICT);
        assertThat(talk.says()).containsExactly(LOST);
        assertThat(talk.mac(OWN)).isEqualTo(ArpEntry.UNKNOWN);
        talk.hears(ArpPacket.request(OTHER_MAC, Talk.OTHER, OWN));
        assertThat(talk.says()).as("no answer for it any more").isEmpty();
    }

    @Test
    void defendsAgainWhenTenSecondsHavePassed() {
        Talk talk = Talk.settled();
        talk.hears(CONFLICT);
        talk.passes(Duration.ofSeconds(10));
        talk.says();
        talk.hears(CONFLICT);
        assertThat(talk.says()).containsExactly(ANNOUNCEMENT);
    }

    @Test
    void keepsItsOtherAddressesWhenOneIsLost() {
        var talk = new Talk();
        talk.table.setIps(0, List.of(Talk.OWN_ON_LINK, dev.weft.wire.InterfaceAddress.of("192.0.2.1/24")));
        talk.passes(Duration.ofSeconds(5));
        talk.hears(CONFLICT);
        talk.hears(CONFLICT);
        assertThat(talk.mac(OWN)).isEqualTo(ArpEntry.UNKNOWN);
        assertThat(talk.mac(Ipv4Address.of("192.0.2.1"))).isEqualTo(OWN_MAC.bits());
    }

    @Test
    void aConflictLeavesTheEntryOfTheOwnAddressAlone() {
        Talk talk = Talk.settled();
        talk.hears(ArpPacket.reply(PEER_MAC, OWN, OWN_MAC, OWN));
        assertThat(talk.mac(OWN)).isEqualTo(OWN_MAC.bits());
    }
}
