package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.rst;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.LentMemory;
import dev.weft.resource.OffHeap;
import dev.weft.tcp.core.counter.TcpEvent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A long text stays in the memory that its device has lent (D3), and is acknowledged and read as any other (RFC 9293 §3.10.7.4, seventh). */
class KeptTextTest {

    private static final String OWNER = "kepttexttest";
    private static final int LONG = 3000;
    /** What a chunk of the conversation's holds. */
    private static final int CHUNK = 1024;

    private final Conversation c = talking(x -> x);
    private final LentMemory memory = new LentMemory(OWNER, 64 << 10);

    @AfterEach
    void leavesNothing() {
        c.stack.connection().abort(c.stack.now());
        memory.close();
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
    }

    private long kept() {
        return c.tally.of(TcpEvent.KEPT_IN_FRAME);
    }

    /** Text in which no part looks like another. */
    private static String text(int length) {
        var text = new StringBuilder();
        for (int i = 0; text.length() < length; i++) {
            text.append(i).append(' ');
        }
        return text.substring(0, length);
    }

    private int chunks() {
        return c.stack.connection().receiver().buffer.chunks();
    }

    @Test
    void isNotCopied() {
        c.peer.sends(data(text(LONG)).in(1000).lying(memory));
        assertThat(kept()).isEqualTo(1);
        assertThat(chunks()).as("no chunk is taken for it").isZero();
        assertThat(memory.isFree()).isFalse();
        c.stack.answers(ack().ack(c.peer.nxt));
        c.stack.reads(text(LONG));
        assertThat(memory.isFree()).isTrue();
    }

    @Test
    void isCopiedWhereItIsShort() {
        c.peer.sends(data(text(CHUNK - 1)).in(1000).lying(memory));
        assertThat(kept()).isZero();
        assertThat(memory.isFree()).isTrue();
        c.stack.reads(text(CHUNK - 1));
    }

    /** What is missing would have to be put before it. */
    @Test
    void isCopiedWhereItIsOutOfOrder() {
        c.peer.sends(data(text(LONG)).in(1000).seq(c.peer.nxt + 1).lying(memory));
        assertThat(kept()).isZero();
        assertThat(memory.isFree()).isTrue();
    }

    @Test
    void isCopiedBehindWhatWasCopied() {
        c.peer.sends(data(1));
        c.peer.sends(data(text(LONG)).in(1000).lying(memory));
        assertThat(kept()).isZero();
        assertThat(memory.isFree()).isTrue();
        assertThat(c.stack.connection().readable()).isEqualTo(1 + LONG);
    }

    /** The part of it that is old is not read again. */
    @Test
    void beginsWithWhatIsNew() {
        c.peer.sends(data("abc"));
        c.stack.reads("abc");
        c.peer.sends(data("abc" + text(LONG)).in(1000).seq(c.peer.nxt - 3).lying(memory));
        assertThat(kept()).isEqualTo(1);
        c.stack.reads(text(LONG));
    }

    @Test
    void isFollowedByWhatIsCopied() {
        c.peer.sends(data(text(LONG)).in(1000).lying(memory));
        c.peer.sends(data("behind"));
        c.stack.reads(text(LONG) + "behind");
        assertThat(memory.isFree()).isTrue();
    }

    /** RFC 9293 §3.10.7.4, second check: what came before the reset can be read until the application closes, and goes back then. */
    @Test
    void staysBeyondAReset() {
        c.peer.sends(data(text(LONG)).in(1000).lying(memory));
        c.peer.sends(rst());
        assertThat(memory.isFree()).isFalse();
        assertThat(new String(c.stack.read(100), StandardCharsets.US_ASCII)).isEqualTo(text(LONG).substring(0, 100));
        assertThat(memory.isFree()).isFalse();
        c.stack.connection().close(c.stack.now());
        assertThat(memory.isFree()).isTrue();
    }
}
