package dev.weft.tcp.core.congestion;

/** Puts a control where a test wants it to be, without the ACKs that would take it there. */
public final class Windows {

    private Windows() {
    }

    /** Gives {@code control} this window and this threshold, in bytes. */
    public static void set(LossBasedControl control, int cwnd, int ssthresh) {
        control.cwnd = cwnd;
        control.ssthresh = ssthresh;
    }
}
