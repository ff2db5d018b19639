package dev.weft.tcp.core;

import dev.weft.resource.LentMemory;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.nio.charset.StandardCharsets;

/**
 * A segment in a scripted conversation: what the peer sends, or what the stack is expected to send. What is not said is
 * filled in by {@link Conversation} when the peer sends, and not looked at when the stack answers; flags and text always are.
 */
final class Seg {

    int flags;
    Integer seq;
    Integer ack;
    Integer window;
    /** The urgent pointer; with it goes the flag. */
    Integer urgent;
    Integer mss;
    Integer windowScale;
    boolean sackPermitted;
    /** TSval and TSecr; what is null is filled in once timestamps are agreed. */
    Integer tsVal;
    Integer tsEcr;
    boolean offersTimestamps;
    boolean bare;
    /** The length of the fast open cookie, 0 for a request, −1 for none; and its first eight bytes. */
    Integer fastOpen;
    long cookie;
    int[] sack;
    /** Text of each segment that the device joined into it, or shall cut it into; 0: it is one segment. */
    Integer segmentSize;
    LentMemory lent;
    Integer ecn;
    byte[] text = {};

    private Seg(int flags) {
        this.flags = flags;
    }

    static Seg syn() {
        return new Seg(TcpFlags.SYN);
    }

    static Seg synAck() {
        return new Seg(TcpFlags.SYN | TcpFlags.ACK);
    }

    static Seg ack() {
        return new Seg(TcpFlags.ACK);
    }

    static Seg fin() {
        return new Seg(TcpFlags.FIN | TcpFlags.ACK);
    }

    static Seg rst() {
        return new Seg(TcpFlags.RST);
    }

    static Seg rstAck() {
        return new Seg(TcpFlags.RST | TcpFlags.ACK);
    }

    /** Text with ACK. PSH is not looked at. */
    static Seg data(String text) {
        return new Seg(TcpFlags.ACK).text(text);
    }

    /** So many bytes of text. */
    static Seg data(int length) {
        var seg = new Seg(TcpFlags.ACK);
        seg.text = new byte[length];
        return seg;
    }

    /** Exactly these flags. */
    static Seg flags(int flags) {
        return new Seg(flags);
    }

    Seg text(String value) {
        text = value.getBytes(StandardCharsets.US_ASCII);
        return this;
    }

    Seg seq(int value) {
        seq = value;
        return this;
    }

    Seg ack(int value) {
        ack = value;
        return this;
    }

    Seg window(int value) {
        window = value;
        return this;
    }

    /** With URG and this pointer; what has none is expected without URG. */
    Seg urgent(int pointer) {
        urgent = pointer;
        return this;
    }

    /** Of the peer's: the device has joined it of segments of so many bytes. Of the stack's: the device shall cut it so. */
    Seg in(int bytesPerSegment) {
        segmentSize = bytesPerSegment;
        return this;
    }

    /** Of the peer's: its text lies in this memory, and may be kept there. */
    Seg lying(LentMemory memory) {
        lent = memory;
        return this;
    }

    Seg mss(int value) {
        mss = value;
        return this;
    }

    Seg windowScale(int value) {
        windowScale = value;
        return this;
    }

    /** For a SYN of the peer's: offers timestamps, and the peer has them in each segment from now on. */
    Seg timestamps() {
        return timestamps(null, null);
    }

    Seg timestamps(Integer value, Integer echo) {
        tsVal = value;
        tsEcr = echo;
        offersTimestamps = true;
        return this;
    }

    /** Without timestamps though they are agreed. */
    Seg bare() {
        bare = true;
        return this;
    }

    /** Has the fast open option without a cookie. */
    Seg asksForCookie() {
        fastOpen = 0;
        return this;
    }

    /** Has a fast open cookie of eight bytes. */
    Seg cookie(long value) {
        fastOpen = 8;
        cookie = value;
        return this;
    }

    /** Has no fast open option. */
    Seg withoutCookie() {
        fastOpen = TcpSegment.ABSENT;
        return this;
    }

    Seg sackPermitted() {
        sackPermitted = true;
        return this;
    }

    /** Blocks of selective acknowledgements, left and right edges alternating; none if there are none. */
    Seg sack(int... edges) {
        sack = edges;
        return this;
    }

    /** With ECE as well. */
    Seg ece() {
        return with(TcpFlags.ECE);
    }

    /** With CWR as well. */
    Seg cwr() {
        return with(TcpFlags.CWR);
    }

    private Seg with(int flag) {
        flags |= flag;
        return this;
    }

    /** In a packet of an ECN-capable transport, ECT(0). */
    Seg ect() {
        ecn = Ecn.ECT_0;
        return this;
    }

    /** In a packet that is not of an ECN-capable transport. */
    Seg notEct() {
        ecn = 0;
        return this;
    }

    /** In a packet that was marked: it has met congestion. */
    Seg ce() {
        ecn = Ecn.CE;
        return this;
    }

    @Override
    public String toString() {
        return TcpFlags.toString(flags) + (seq == null ? "" : " seq=" + seq) + (ack == null ? "" : " ack=" + ack)
                + (window == null ? "" : " win=" + window) + " len=" + text.length
                + (sack == null ? "" : " sack=" + java.util.Arrays.toString(sack));
    }
}
