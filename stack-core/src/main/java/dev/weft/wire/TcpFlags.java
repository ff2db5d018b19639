package dev.weft.wire;

/** The control bits of a TCP header as they lie in byte 13 of it (RFC 9293 §3.1). */
public final class TcpFlags {

    /** No more data from the sender. */
    public static final int FIN = 0x01;
    /** Synchronise sequence numbers. */
    public static final int SYN = 0x02;
    /** Reset the connection. */
    public static final int RST = 0x04;
    /** Push function. */
    public static final int PSH = 0x08;
    /** The acknowledgement field counts. */
    public static final int ACK = 0x10;
    /** The urgent pointer counts. */
    public static final int URG = 0x20;
    /** ECN echo (RFC 3168 §6.1). */
    public static final int ECE = 0x40;
    /** Congestion window reduced (RFC 3168 §6.1). */
    public static final int CWR = 0x80;

    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    private TcpFlags() {
    }

    /** The names of the bits that are set, such as {@code SYN|ACK}, or {@code none}. For logs and failures of tests. */
    public static String toString(int flags) {
        var text = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(text.isEmpty() ? "" : "|").append(NAMES[bit]);
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }
}
