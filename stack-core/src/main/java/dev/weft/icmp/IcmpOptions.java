package dev.weft.icmp;

/**
 * How ICMP behaves.
 *
 * @param errorsPerSecond how many errors are sent a second in the long run, all destinations together (RFC 1812 §4.3.2.8), at least 1
 * @param errorBurst how many at once, at least 1
 * @param answerEchoes whether echo requests are answered, as every host must (RFC 1122 §3.2.2.6)
 */
public record IcmpOptions(int errorsPerSecond, int errorBurst, boolean answerEchoes) {

    private static final IcmpOptions DEFAULTS = new IcmpOptions(1000, 50, true);

    /** Checks the ranges. */
    public IcmpOptions {
        if (errorsPerSecond < 1 || errorBurst < 1) {
            throw new IllegalArgumentException("the rate of ICMP errors is at least 1 a second and 1 at once, not "
                    + errorsPerSecond + " and " + errorBurst);
        }
    }

    /** 1000 errors a second, 50 at once, echoes answered. */
    public static IcmpOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another rate of errors. */
    public IcmpOptions errorRate(int perSecond, int burst) {
        return new IcmpOptions(perSecond, burst, answerEchoes);
    }

    /** The same with echoes answered or not. */
    public IcmpOptions answerEchoes(boolean answer) {
        return new IcmpOptions(errorsPerSecond, errorBurst, answer);
    }
}
