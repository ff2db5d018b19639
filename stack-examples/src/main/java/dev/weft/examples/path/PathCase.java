package dev.weft.examples.path;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A path to measure on.
 *
 * @param megabits its rate in Mbit/s, both ways
 * @param roundTripMillis how long a round trip takes when no queue stands
 * @param lossPercent how likely a frame is lost, in percent, both ways
 * @param queueBdp how much waits before the rate, in bandwidth-delay products
 * @param more further options of {@code link}, such as {@code --reorder 1%,5ms}
 */
public record PathCase(double megabits, double roundTripMillis, double lossPercent, double queueBdp, List<String> more) {

    /** No queue is shorter: room for a burst of ten full frames. */
    private static final double SHORTEST_QUEUE = 15_140;

    String label() {
        return String.format(Locale.ROOT, "%4s Mbit/s %4s ms %4s %% loss%s%s", plain(megabits), plain(roundTripMillis),
                plain(lossPercent), queueBdp == 1 ? "" : " queue " + plain(queueBdp) + " BDP",
                more.isEmpty() ? "" : " " + String.join(" ", more));
    }

    /** Options of {@code link}. */
    List<String> options() {
        long queue = (long) Math.max(SHORTEST_QUEUE, megabits * 1e6 / 8 * roundTripMillis / 1e3 * queueBdp);
        var options = new ArrayList<>(List.of("--rate=" + plain(megabits) + "M", "--delay=" + plain(roundTripMillis / 2) + "ms",
                "--loss=" + plain(lossPercent) + "%", "--queue=" + queue));
        options.addAll(more);
        return options;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
