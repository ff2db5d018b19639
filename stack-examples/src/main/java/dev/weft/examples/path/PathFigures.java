package dev.weft.examples.path;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one run of one flow gave.
 *
 * @param bytes what the receiver's application got
 * @param nanos since its connection came
 * @param retransmitted what the sender's TCP has sent again, in bytes
 * @param queueingMillis how long a frame waited before the rate in the mean, towards the receiver
 * @param state what the sender's TCP said at the end
 * @param link the statistics of {@code link}
 */
record PathFigures(long bytes, long nanos, long retransmitted, double queueingMillis, String state, String link) {

    /** Below this share of the bytes retransmissions count alike: one lost segment more is no defect. */
    private static final double NOISE_RETRANSMITTED = 0.0005;
    /** So are queues: 0.2 ms are the machine's. */
    private static final double NOISE_QUEUEING = 0.2;

    /** Reads the answers of both ends and the link. */
    static PathFigures of(String received, String sent, String link) {
        String[] words = received.split(" ");
        return new PathFigures(Long.parseLong(words[0]), Long.parseLong(words[1]),
                (long) number("retransmitted=(\\d+)", sent),
                number("\"from_a\":\\{[^}]*\"mean_queueing_ms\":([0-9.]+)", link), sent, link);
    }

    private static double number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern + " in " + text);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /** Mbit/s that the receiver's application got. */
    double goodput() {
        return nanos == 0 ? 0 : bytes * 8e3 / nanos;
    }

    double goodputRatio(PathFigures kernel) {
        return goodput() / Math.max(0.001, kernel.goodput());
    }

    /** The ratio of the shares of bytes that were sent again. */
    double retransmissionRatio(PathFigures kernel) {
        return (retransmittedShare() + NOISE_RETRANSMITTED) / (kernel.retransmittedShare() + NOISE_RETRANSMITTED);
    }

    private double retransmittedShare() {
        return retransmitted / Math.max(1.0, bytes);
    }

    double queueingRatio(PathFigures kernel) {
        return (queueingMillis + NOISE_QUEUEING) / (kernel.queueingMillis + NOISE_QUEUEING);
    }

    String json() {
        return String.format(Locale.ROOT, "{\"goodput_mbit\":%.3f,\"bytes\":%d,\"retransmitted\":%d,\"queueing_ms\":%.3f,"
                + "\"state\":\"%s\",\"link\":%s}", goodput(), bytes, retransmitted, queueingMillis,
                state.replace("\\", "\\\\").replace("\"", "\\\""), link);
    }

    /** The one in the middle, of the two in the middle their mean. */
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        return n == 0 ? Double.NaN : (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }
}
