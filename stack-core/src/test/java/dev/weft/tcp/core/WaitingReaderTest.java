package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.rst;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** One copy on the way in (D3): text that comes while a reader waits goes into its array (RFC 9293 §3.10.3, "queue the request"). */
class WaitingReaderTest {

    private final Conversation c = established();

    private int bytesInBuffer() {
        return c.stack.connection().readable();
    }

    @Test
    void putsTextIntoTheArrayOfTheReaderThatWaits() {
        c.stack.asksFor(10);
        c.peer.sends(data("hello"));
        assertThat(c.stack.connection().receiver().buffer.chunks()).as("no chunk is taken for it").isZero();
        assertThat(c.stack.connection().takeEvents() & TcpConnection.READABLE).isNotZero();
        c.stack.answers(ack().ack(106));
        c.stack.isHanded("hello");
        assertThat(bytesInBuffer()).isZero();
        assertThat(c.tally.of(TcpEvent.HANDED_TO_READER)).isEqualTo(1);
    }

    @Test
    void keepsTextForTheReaderThatDoesNotWait() {
        c.peer.sends(data("hello"));
        c.stack.asksFor(10);
        c.stack.isHanded("");
        c.stack.reads("hello");
        assertThat(c.tally.of(TcpEvent.HANDED_TO_READER)).isZero();
    }

    @Test
    void fillsOneArrayWithSeveralSegmentsAndKeepsTheRest() {
        c.stack.asksFor(8);
        c.peer.sends(data("abcde"));
        c.peer.sends(data("fghij"));
        c.peer.sends(data("klmno"));
        assertThat(c.stack.connection().rcvNxt()).isEqualTo(116);
        c.stack.isHanded("abcdefgh");
        c.stack.reads("ijklmno");
        assertThat(c.tally.of(TcpEvent.HANDED_TO_READER)).isEqualTo(2);
    }

    /** What is behind other bytes in the buffer must not overtake them, though the array has room again. */
    @Test
    void keepsTheOrderBehindBytesInTheBuffer() {
        c.stack.asksFor(3);
        c.peer.sends(data("abcd"));
        c.stack.isHanded("abc");
        c.stack.asksFor(3);
        c.peer.sends(data("e"));
        c.stack.isHanded("");
        c.stack.reads("de");
    }

    /** RFC 9293 §3.10.7.4, seventh check: out of order it waits for what is missing; then the buffer has what follows. */
    @Test
    void handsNothingOverThatIsOutOfOrder() {
        c.stack.asksFor(10);
        c.peer.sends(data("world").seq(106));
        c.stack.isHanded("");
        c.stack.asksFor(20);
        c.peer.sends(data("hello"));
        c.stack.isHanded("");
        c.stack.reads("helloworld");
    }

    /** RFC 9293 §3.10.7.4: of a segment that comes in part again only the new part counts. */
    @Test
    void trimsWhatHasComeBefore() {
        c.stack.asksFor(10);
        c.peer.sends(data("abc"));
        c.peer.sends(data("bcde").seq(102));
        c.stack.isHanded("abcde");
        assertThat(c.tally.of(TcpDiscard.DUPLICATE_DATA)).isEqualTo(1);
    }

    /** RFC 9293 §3.8.6: what is handed over takes no room, so the window does not shrink by it. */
    @Test
    void leavesTheWindowOpen() {
        var small = talking(config -> config.withBuffers(4000, 4000));
        small.stack.asksFor(10_000);
        for (int i = 0; i < 5; i++) {
            small.peer.sends(data(1000));
            small.peer.sends(data(1000));
            small.stack.answers(ack().window(4000));
        }
        assertThat(small.stack.connection().withdraw(small.stack.now())).isEqualTo(10_000);
    }

    /** RFC 9293 §3.10.7.4, eighth check: text and FIN in one segment; the end comes after the text. */
    @Test
    void handsTextOverThatComesWithFin() {
        c.stack.asksFor(10);
        c.peer.sends(fin().text("bye"));
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.isHanded("bye");
        assertThat(c.stack.connection().isInputEnded()).isTrue();
    }

    /** RFC 9293 §3.10.7.4, second check: a reset takes nothing back that the reader has. */
    @Test
    void keepsWhatWasHandedOverWhenAResetFollows() {
        c.stack.asksFor(10);
        c.peer.sends(data("bye"));
        c.peer.sends(rst());
        c.stack.hasFailed(TcpFailure.RESET);
        c.stack.isHanded("bye");
    }

    /** RFC 9293 §3.10.4: nobody reads after a CLOSE, so nothing is handed over; what was before it has been read, and earns no reset. */
    @Test
    void handsNothingOverAfterClose() {
        c.stack.asksFor(10);
        c.peer.sends(data("abc"));
        c.stack.says();
        c.stack.closes();
        c.stack.answers(fin().ack(104));
        c.peer.sends(data("def"));
        c.stack.isHanded("abc");
        c.stack.hasFailed(TcpFailure.ABORTED);
    }

    @Test
    void handsNothingOverAfterInputWasShut() {
        c.stack.asksFor(10);
        c.stack.shutsInput();
        c.peer.sends(data("abc"));
        c.stack.answers(ack().ack(104));
        c.stack.isHanded("");
    }

    /** RFC 9293 §3.8.5: a read ends before the marked byte, so a reader that waits does not get it with others. */
    @Test
    void handsNothingOverWhileUrgentDataIsAhead() {
        c.stack.asksFor(10);
        c.peer.sends(data("ab"));
        c.peer.sends(data("cd!").urgent(3));
        c.stack.isHanded("ab");
        assertThat(new String(c.stack.read(2))).isEqualTo("cd");
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(1);
        c.stack.asksFor(10);
        c.stack.isHanded("");
        c.stack.reads("!");
        c.stack.asksFor(10);
        c.peer.sends(data("ef"));
        c.stack.isHanded("ef");
    }

    /** D8: memory that is used up stops nobody who waits with memory of his own. */
    @Test
    void needsNoMemoryOfTheStack() {
        c.leavesChunks(0);
        c.stack.asksFor(3);
        c.peer.sends(data("abcde"));
        c.stack.isHanded("abc");
        assertThat(bytesInBuffer()).isZero();
        assertThat(c.tally.of(TcpDiscard.NO_MEMORY)).isEqualTo(1);
        c.stack.answers(ack().ack(104));
    }

    @Test
    void takesOneRequestAtATime() {
        c.stack.asksFor(1);
        assertThatThrownBy(() -> c.stack.asksFor(1)).isInstanceOf(IllegalStateException.class);
    }

    /** Once withdrawn, the array is the application's own again. */
    @Test
    void writesNothingAfterTheRequestWasWithdrawn() {
        c.stack.asksFor(10);
        c.stack.isHanded("");
        c.peer.sends(data("abc"));
        c.stack.reads("abc");
        assertThat(c.stack.connection().withdraw(c.stack.now())).isZero();
    }

    // ---------------------------------------------------------------- low-water mark

    private boolean wakes() {
        return (c.stack.connection().takeEvents() & TcpConnection.READABLE) != 0 && !c.stack.connection().isTooLittle();
    }

    /** SO_RCVLOWAT: bytes in the array and bytes in the buffer count alike. */
    @Test
    void isNotWorthWakingBelowItsMark() {
        c.stack.asksFor(3, 6);
        c.peer.sends(data("ab"));
        assertThat(wakes()).isFalse();
        c.peer.sends(data("cde"));
        assertThat(wakes()).isFalse();
        c.peer.sends(data("f"));
        assertThat(wakes()).isTrue();
        c.stack.isHanded("abc");
        assertThat(c.stack.connection().isEnough(3)).isTrue();
        assertThat(c.stack.connection().isEnough(4)).isFalse();
        c.stack.reads("def");
    }

    /** RFC 9293 §3.10.3: what is left when the peer has closed is all that will come. */
    @Test
    void theEndWakesBelowTheMark() {
        c.stack.asksFor(10, 10);
        c.peer.sends(fin().text("ab"));
        assertThat(wakes()).isTrue();
    }

    /** RFC 9293 §3.10.7.4: so does a reset. */
    @Test
    void aResetWakesBelowTheMark() {
        c.stack.asksFor(10, 10);
        c.peer.sends(data("ab"));
        c.peer.sends(rst());
        assertThat(wakes()).isTrue();
    }

    /** RFC 9293 §3.8.5: a read ends before the mark of urgent data, also where that is told without text. */
    @Test
    void urgentDataWakesBelowTheMark() {
        c.stack.asksFor(10, 10);
        c.peer.sends(data("ab"));
        assertThat(wakes()).isFalse();
        c.peer.sends(ack().urgent(5));
        assertThat(wakes()).isTrue();
    }

    /** RFC 9293 §3.8.6: a mark above the buffer must not stop the connection for good. */
    @Test
    void aFullBufferWakesBelowTheMark() {
        var small = established(config -> config.withBuffers(4000, 4000));
        small.stack.asksFor(0, 10_000);
        small.peer.sends(data(1000));
        assertThat(small.stack.connection().isTooLittle()).isTrue();
        small.peer.sends(data(1000));
        small.peer.sends(data(1000));
        assertThat(small.stack.connection().isTooLittle()).isFalse();
    }

    /** D8: who waits for more holds what others need. */
    @Test
    void memoryThatIsShortWakesBelowTheMark() {
        c.stack.asksFor(0, 10_000);
        c.peer.sends(data("ab"));
        assertThat(wakes()).isFalse();
        c.leavesChunks(0);
        c.peer.sends(data(2000));
        assertThat(wakes()).as("some of it found room").isTrue();
        c.peer.sends(data(500).seq(c.stack.connection().rcvNxt()));
        assertThat(wakes()).as("nothing of it did").isTrue();
    }
}
