package dev.weft.arp;

import static dev.weft.arp.Talk.OTHER;
import static dev.weft.arp.Talk.OTHER_MAC;
import static dev.weft.arp.Talk.OWN;
import static dev.weft.arp.Talk.OWN_MAC;
import static dev.weft.arp.Talk.PEER;
import static dev.weft.arp.Talk.PEER_MAC;
import static dev.weft.arp.Talk.answerBy;
import static dev.weft.arp.Talk.question;
import static dev.weft.arp.Talk.questionBy;
import static dev.weft.arp.Talk.resolved;
import static dev.weft.arp.Talk.to;
import static dev.weft.arp.Talk.toAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.ArpPacket;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ArpTableTest {

    private static final Duration DELAY = Duration.ofMillis(1500);
    private static final Duration LIFE = Duration.ofMinutes(20);
    /** Six requests of 1.5 s fit before the end of a life. */
    private static final Duration NEAR_THE_END = LIFE.minus(DELAY.multipliedBy(6));

    private static Ipv4Address neighbour(int number) {
        return new Ipv4Address(OWN.bits() + number);
    }

    private static MacAddress station(int number) {
        return new MacAddress(OWN_MAC.bits() + number);
    }

    @Nested
    class Questions {

        @Test
        void asksEverybodyOnceForAllWhoAskForOneAddress() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.asks("b", PEER);
            talk.wants(PEER);
            assertThat(talk.says()).containsExactly(toAll(question(PEER)));
            talk.hears(answerBy(PEER_MAC, PEER));
            assertThat(talk.answers).containsEntry("a", resolved(PEER_MAC)).containsEntry("b", resolved(PEER_MAC));
            assertThat(talk.says()).containsExactly(new ArpEffect.Reachable(PEER.bits(), PEER_MAC.bits()));
        }

        @Test
        void answersFromTheCacheWithoutAsking() {
            Talk talk = Talk.settled();
            talk.hears(questionBy(PEER_MAC, PEER));
            talk.says();
            talk.asks("a", PEER);
            assertThat(talk.answers).containsEntry("a", resolved(PEER_MAC));
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void asksFiveTimesMoreAndTimesOutAfterTheLast() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.passes(DELAY.multipliedBy(6).minusNanos(1));
            assertThat(talk.says()).isEqualTo(Collections.nCopies(6, toAll(question(PEER))));
            assertThat(talk.answers).isEmpty();
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.answers).containsEntry("a", new ArpAnswer.Timeout());
            assertThat(talk.says()).containsExactly(new ArpEffect.Unreachable(PEER.bits()));
            assertThat(talk.table.size()).isZero();
        }

        @Test
        void takesAnAnswerToTheLastRepetition() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.passes(DELAY.multipliedBy(6).minusNanos(1));
            talk.hears(answerBy(PEER_MAC, PEER));
            assertThat(talk.answers).containsEntry("a", resolved(PEER_MAC));
        }

        @Test
        void asksInTheNameOfTheAddressInTheSameSubnet() {
            var talk = new Talk();
            talk.table.setIps(0, List.of(InterfaceAddress.of("192.0.2.1/24"), Talk.OWN_ON_LINK));
            talk.passes(Duration.ofSeconds(5));
            talk.says();
            talk.asks("a", PEER);
            assertThat(talk.says()).containsExactly(toAll(question(PEER)));
        }

        @Test
        void asksWithoutAnAddressOfItsOwnAsAProbeDoes() {
            var talk = new Talk();
            talk.asks("a", PEER);
            assertThat(talk.says()).containsExactly(toAll(ArpPacket.request(OWN_MAC, Ipv4Address.ANY, PEER)));
        }

        @Test
        void anOwnAddressIsKnownWithoutAsking() {
            Talk talk = Talk.settled();
            talk.asks("a", OWN);
            assertThat(talk.answers).containsEntry("a", resolved(OWN_MAC));
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void whoWithdrawsIsNotAnsweredAndTheOthersAre() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.asks("b", PEER);
            talk.table.withdraw(PEER.bits(), talk.waiters.get("a"));
            talk.hears(answerBy(PEER_MAC, PEER));
            assertThat(talk.answers).containsOnlyKeys("b");
        }

        @Test
        void everybodyWhoWaitsHearsOfTheEnd() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.asks("b", OTHER);
            var failed = new ArpAnswer.Failed(new IOException("closed"));
            talk.table.fail(failed.cause());
            talk.pull();
            assertThat(talk.answers).containsEntry("a", failed).containsEntry("b", failed);
        }
    }

    /** RFC 826 "Packet Reception". */
    @Nested
    class Reception {

        @Test
        void answersARequestForItsAddressAndRemembersTheSender() {
            Talk talk = Talk.settled();
            assertThat(talk.takes(questionBy(PEER_MAC, PEER))).isEqualTo(ArpInput.QUESTION);
            talk.hears(questionBy(PEER_MAC, PEER));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, ArpPacket.reply(OWN_MAC, OWN, PEER_MAC, PEER)));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
        }

        @Test
        void answersForEachOwnAddress() {
            var talk = new Talk();
            talk.table.setIps(0, List.of(Talk.OWN_ON_LINK, InterfaceAddress.of("192.0.2.1/24")));
            talk.passes(Duration.ofSeconds(5));
            talk.says();
            Ipv4Address second = Ipv4Address.of("192.0.2.1");
            talk.hears(ArpPacket.request(PEER_MAC, PEER, second));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, ArpPacket.reply(OWN_MAC, second, PEER_MAC, PEER)));
        }

        @Test
        void saysNothingToARequestForSomebodyElseAndForgetsIt() {
            Talk talk = Talk.settled();
            ArpPacket packet = ArpPacket.request(PEER_MAC, PEER, OTHER);
            assertThat(talk.takes(packet)).isEqualTo(ArpInput.NOT_FOR_US);
            talk.hears(packet);
            assertThat(talk.says()).isEmpty();
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
        }

        @Test
        void updatesAKnownEntryFromARequestForSomebodyElse() {
            Talk talk = Talk.settled();
            talk.hears(questionBy(PEER_MAC, PEER));
            ArpPacket packet = ArpPacket.announcement(OTHER_MAC, PEER);
            assertThat(talk.takes(packet)).isEqualTo(ArpInput.NEWS);
            talk.hears(packet);
            assertThat(talk.mac(PEER)).isEqualTo(OTHER_MAC.bits());
        }

        @Test
        void updatesAKnownEntryFromAReply() {
            Talk talk = Talk.settled();
            talk.hears(questionBy(PEER_MAC, PEER));
            talk.hears(answerBy(OTHER_MAC, PEER));
            assertThat(talk.mac(PEER)).isEqualTo(OTHER_MAC.bits());
        }

        @Test
        void doesNotBelieveAReplyNobodyAskedFor() {
            Talk talk = Talk.settled();
            assertThat(talk.takes(answerBy(PEER_MAC, PEER))).isEqualTo(ArpInput.UNSOLICITED_REPLY);
            talk.hears(answerBy(PEER_MAC, PEER));
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
        }

        @Test
        void takesARequestOfTheOneWeAskForAsAnAnswerAndAnswersIt() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.says();
            assertThat(talk.takes(questionBy(PEER_MAC, PEER))).isEqualTo(ArpInput.AWAITED);
            talk.hears(questionBy(PEER_MAC, PEER));
            assertThat(talk.answers).containsEntry("a", resolved(PEER_MAC));
            assertThat(talk.says()).contains(to(PEER_MAC, ArpPacket.reply(OWN_MAC, OWN, PEER_MAC, PEER)));
        }

        @Test
        void ignoresItsOwnPacketsThatComeBack() {
            Talk talk = Talk.settled();
            ArpPacket echo = ArpPacket.announcement(OWN_MAC, OWN);
            assertThat(talk.takes(echo)).isEqualTo(ArpInput.OWN_ECHO);
            talk.hears(echo);
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void refusesASenderThatIsAGroupOfStations() {
            Talk talk = Talk.settled();
            for (String mac : List.of("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00")) {
                ArpPacket packet = questionBy(MacAddress.of(mac), PEER);
                assertThat(talk.takes(packet)).as(mac).isEqualTo(ArpInput.BAD_SENDER_MAC);
                talk.hears(packet);
            }
            assertThat(talk.says()).isEmpty();
            assertThat(talk.table.size()).isZero();
        }

        @Test
        void neverCachesAnAddressThatNoHostCanHave() {
            Talk talk = Talk.settled();
            for (String ip : List.of("255.255.255.255", "224.0.0.1", "127.0.0.1", "10.0.0.255", "0.1.2.3", "240.0.0.1")) {
                ArpPacket packet = questionBy(PEER_MAC, Ipv4Address.of(ip));
                assertThat(talk.takes(packet)).as(ip).isEqualTo(ArpInput.BAD_SENDER_ADDRESS);
                talk.hears(packet);
            }
            assertThat(talk.says()).isEmpty();
            assertThat(talk.table.size()).isZero();
        }

        @Test
        void answersAProbeForItsAddressAndMakesNoEntry() {
            Talk talk = Talk.settled();
            talk.hears(questionBy(PEER_MAC, Ipv4Address.ANY));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, ArpPacket.reply(OWN_MAC, OWN, PEER_MAC, Ipv4Address.ANY)));
            assertThat(talk.table.size()).isZero();
        }

        @Test
        void aReplyFromNoAddressSaysNothing() {
            assertThat(Talk.settled().takes(answerBy(PEER_MAC, Ipv4Address.ANY))).isEqualTo(ArpInput.BAD_SENDER_ADDRESS);
        }

        @Test
        void whatWasConfiguredStandsAgainstTheNetworkAndTime() {
            Talk talk = Talk.settled();
            talk.table.configure(PEER.bits(), PEER_MAC.bits());
            assertThat(talk.takes(answerBy(OTHER_MAC, PEER))).isEqualTo(ArpInput.STATIC_KEPT);
            talk.hears(answerBy(OTHER_MAC, PEER));
            talk.hears(questionBy(OTHER_MAC, PEER));
            talk.passes(LIFE.multipliedBy(2));
            talk.table.setIps(talk.now, List.of(InterfaceAddress.of("10.0.0.9/24")));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
            talk.table.unconfigure(PEER.bits());
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
        }

        @Test
        void anOwnAddressCannotBeConfiguredAway() {
            Talk talk = Talk.settled();
            talk.table.configure(OWN.bits(), PEER_MAC.bits());
            talk.table.unconfigure(OWN.bits());
            assertThat(talk.mac(OWN)).isEqualTo(OWN_MAC.bits());
        }

        @Test
        void configuringAnswersWhoAsks() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.table.configure(PEER.bits(), PEER_MAC.bits());
            talk.pull();
            assertThat(talk.answers).containsEntry("a", resolved(PEER_MAC));
        }
    }

    @Nested
    class Life {

        private final Talk talk = Talk.settled();

        Life() {
            talk.hears(questionBy(PEER_MAC, PEER));
            talk.says();
        }

        @Test
        void anEntryNobodyUsesIsForgottenAfterTwentyMinutesWithoutAQuestion() {
            talk.passes(LIFE.minusNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void anEntryInUseIsAskedForAgainBeforeItsEndFirstAloneThenAmongAll() {
            talk.table.lookup(PEER.bits());
            talk.passes(NEAR_THE_END.minusNanos(1));
            assertThat(talk.says()).isEmpty();
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, question(PEER)));
            talk.passes(DELAY.multipliedBy(6).minusNanos(1));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, question(PEER)), toAll(question(PEER)),
                    toAll(question(PEER)), toAll(question(PEER)), toAll(question(PEER)));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
        }

        @Test
        void anEntryFirstUsedNearItsEndIsAskedForStill() {
            talk.passes(NEAR_THE_END.plus(DELAY));
            talk.table.lookup(PEER.bits());
            talk.passes(DELAY);
            assertThat(talk.says()).containsExactly(to(PEER_MAC, question(PEER)));
        }

        @Test
        void anAnswerGivesAFullLifeAgain() {
            talk.table.lookup(PEER.bits());
            talk.passes(NEAR_THE_END);
            talk.hears(answerBy(PEER_MAC, PEER));
            talk.says();
            talk.passes(LIFE.minusNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void theProgressOfATransportSparesTheQuestion() {
            talk.table.lookup(PEER.bits());
            talk.passes(Duration.ofMinutes(10));
            talk.table.lookup(PEER.bits());
            talk.table.confirm(PEER.bits(), talk.now);
            talk.passes(NEAR_THE_END.minusNanos(1));
            assertThat(talk.says()).isEmpty();
            talk.table.lookup(PEER.bits());
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.says()).containsExactly(to(PEER_MAC, question(PEER)));
        }

        @Test
        void theProgressOfATransportEndsPolls() {
            talk.table.lookup(PEER.bits());
            talk.passes(NEAR_THE_END);
            talk.table.confirm(PEER.bits(), talk.now);
            talk.says();
            talk.passes(NEAR_THE_END.minusNanos(1));
            assertThat(talk.says()).isEmpty();
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
        }

        @Test
        void aSuspectIsAskedForAtOnceStaysInUseAndIsForgottenWhenNobodyAnswers() {
            talk.passes(Duration.ofMinutes(1));
            assertThat(talk.table.suspect(PEER.bits())).isTrue();
            assertThat(talk.table.suspect(PEER.bits())).as("news only once").isFalse();
            talk.table.pollSuspects(talk.now);
            talk.pull();
            assertThat(talk.says()).containsExactly(to(PEER_MAC, question(PEER)));
            talk.passes(DELAY.multipliedBy(6).minusNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(PEER_MAC.bits());
            talk.passes(Duration.ofNanos(1));
            assertThat(talk.mac(PEER)).isEqualTo(ArpEntry.UNKNOWN);
        }

        @Test
        void aSuspectThatAnswersFromElsewhereIsFoundThere() {
            talk.passes(Duration.ofMinutes(1));
            talk.table.suspect(PEER.bits());
            talk.table.pollSuspects(talk.now);
            talk.passes(DELAY.multipliedBy(2));
            talk.hears(answerBy(OTHER_MAC, PEER));
            talk.passes(Duration.ofMinutes(5));
            assertThat(talk.mac(PEER)).isEqualTo(OTHER_MAC.bits());
        }

        @Test
        void whoAnsweredAMomentAgoIsNoSuspect() {
            talk.table.suspect(PEER.bits());
            talk.table.pollSuspects(talk.now);
            talk.pull();
            assertThat(talk.says()).isEmpty();
        }

        @Test
        void nobodySuspectsAnOwnOrAnUnknownAddress() {
            assertThat(talk.table.suspect(OWN.bits())).isFalse();
            assertThat(talk.table.suspect(OTHER.bits())).isFalse();
        }
    }

    @Nested
    class Room {

        @Test
        void drivesOutTheLeastRecentlyUsed() {
            Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(3));
            for (int i = 1; i <= 3; i++) {
                talk.hears(questionBy(station(i), neighbour(i)));
                talk.table.lookup(neighbour(i).bits());
            }
            talk.hears(questionBy(OTHER_MAC, neighbour(9)));
            assertThat(talk.mac(neighbour(1))).isEqualTo(ArpEntry.UNKNOWN);
            assertThat(talk.mac(neighbour(2))).isEqualTo(station(2).bits());
            assertThat(talk.mac(neighbour(9))).isEqualTo(OTHER_MAC.bits());
            assertThat(talk.table.size()).isEqualTo(3);
        }

        @Test
        void strangersDriveOutStrangersBeforeWhatIsInUse() {
            Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(3));
            talk.hears(questionBy(station(1), neighbour(1)));
            talk.table.lookup(neighbour(1).bits());
            for (int i = 2; i < 100; i++) {
                talk.hears(questionBy(station(i), neighbour(i)));
            }
            assertThat(talk.mac(neighbour(1))).isEqualTo(station(1).bits());
            assertThat(talk.table.size()).isEqualTo(3);
        }

        @Test
        void neverDrivesOutAQuestionSomebodyWaitsFor() {
            Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(2));
            talk.asks("a", neighbour(1));
            talk.asks("b", neighbour(2));
            talk.hears(questionBy(station(3), neighbour(3)));
            assertThat(talk.mac(neighbour(3))).as("no room for a stranger").isEqualTo(ArpEntry.UNKNOWN);
            talk.asks("c", neighbour(4));
            assertThat(talk.answers.get("c")).isInstanceOf(ArpAnswer.Failed.class);
            talk.wants(neighbour(5));
            assertThat(talk.says()).contains(new ArpEffect.GivenUp(neighbour(5).bits(), ArpLoss.CACHE_FULL));
            talk.hears(answerBy(station(1), neighbour(1)));
            talk.hears(answerBy(station(2), neighbour(2)));
            assertThat(talk.answers).containsEntry("a", resolved(station(1))).containsEntry("b", resolved(station(2)));
        }

        @Test
        void questionsForFramesAloneHoldAQuarterOfThePlaces() {
            Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(8));
            talk.wants(neighbour(1));
            talk.wants(neighbour(2));
            talk.says();
            talk.wants(neighbour(3));
            assertThat(talk.says()).containsExactly(
                    new ArpEffect.GivenUp(neighbour(1).bits(), ArpLoss.PARKED_OLDEST_OUT), toAll(question(neighbour(3))));
            assertThat(talk.table.size()).isEqualTo(2);
        }

        @Test
        void aThreadThatAsksTakesThePlaceOfAFrame() {
            Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(1));
            talk.wants(neighbour(1));
            talk.asks("a", neighbour(2));
            talk.hears(answerBy(station(2), neighbour(2)));
            assertThat(talk.answers).containsEntry("a", resolved(station(2)));
        }
    }

    @Nested
    class OwnAddresses {

        @Test
        void settingThemClearsQuestionsAndForgetsWhatWasLearned() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.hears(questionBy(OTHER_MAC, OTHER));
            talk.says();
            talk.table.setIps(talk.now, List.of(InterfaceAddress.of("10.0.0.9/24")));
            talk.pull();
            assertThat(talk.answers).containsEntry("a", new ArpAnswer.Cleared());
            assertThat(talk.mac(OTHER)).isEqualTo(ArpEntry.UNKNOWN);
            assertThat(talk.mac(OWN)).isEqualTo(ArpEntry.UNKNOWN);
            assertThat(talk.says()).containsExactly(new ArpEffect.GivenUp(PEER.bits(), ArpLoss.PARKED_CLEARED),
                    new ArpEffect.Claimed(Ipv4Address.of("10.0.0.9")),
                    toAll(ArpPacket.announcement(OWN_MAC, Ipv4Address.of("10.0.0.9"))));
        }

        @Test
        void settingTheSameOnesAnnouncesThemAndClearsNothing() {
            Talk talk = Talk.settled();
            talk.asks("a", PEER);
            talk.says();
            talk.table.setIps(talk.now, List.of(Talk.OWN_ON_LINK));
            talk.pull();
            assertThat(talk.answers).isEmpty();
            assertThat(talk.says()).containsExactly(toAll(ArpPacket.announcement(OWN_MAC, OWN)));
        }
    }
}
