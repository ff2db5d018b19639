package dev.weft.tcp.core.recovery;

/**
 * The persist timer: asks a peer whose window is closed whether it still is (RFC 9293 §3.8.6.1), because the ACK that
 * opens it may be lost and is not sent again. The first probe goes out after one retransmission time-out (SHLD-29), the
 * gaps double from then on (SHLD-30). As long as probes are answered the connection stays open (MUST-37).
 */
public final class Persist {

    private static final long NEVER = Long.MAX_VALUE;
    /** RFC 9293 §3.8.6.2.1: the override time-out of silly window avoidance, 0.1 to 1 s. */
    private static final long OVERRIDE_MIN = 100_000_000L;
    private static final long OVERRIDE_MAX = 1_000_000_000L;

    /** Of the least RTO there is, 1 ms: past the longest, and far from an overflow by that one. */
    private static final int MOST_DOUBLINGS = 17;

    private long deadline = NEVER;
    private int shift;
    private int unanswered;
    private boolean due;

    public long deadline() {
        return deadline;
    }

    /** Whether a probe is to be sent now. */
    public boolean isDue() {
        return due;
    }

    /** Probes sent since the peer was last heard. */
    public int unanswered() {
        return unanswered;
    }

    /** The window is closed and something waits: makes sure that the timer runs. */
    public void arm(long now, long rto) {
        if (deadline == NEVER && !due) {
            deadline = now + Math.min(RttEstimator.MAX_RTO, rto << Math.min(shift, MOST_DOUBLINGS));
        }
    }

    /** The window is open but too small for a sensible segment: waits for the override. */
    public void armOverride(long now, long rto) {
        if (deadline == NEVER && !due) {
            deadline = now + Math.clamp(rto, OVERRIDE_MIN, OVERRIDE_MAX);
        }
    }

    /** The window has opened, or nothing waits. */
    public void stop() {
        deadline = NEVER;
        shift = 0;
        due = false;
    }

    /** The timer fired. */
    public void fire() {
        deadline = NEVER;
        due = true;
        shift++;
        unanswered++;
    }

    /** The probe was handed out. */
    public void sent() {
        due = false;
    }

    /** An acceptable ACK came: whoever answers is alive. */
    public void answered() {
        unanswered = 0;
    }
}
