package dev.weft.examples.line;

import dev.weft.device.memory.ImpairedEvent;
import dev.weft.device.memory.QueueReport;
import dev.weft.resource.Counters;
import java.util.Locale;

/**
 * What has happened on one direction of a line.
 *
 * @param json an object, see {@link #of}
 */
record LineReport(String json) {

    private static final String[] REFUSALS = {"link_down", "lost", "refused"};

    /**
     * Reads the counters of a direction.
     *
     * @param device the device that frames of this direction come from
     * @param from the counters of that device and its impairment
     * @param to the counters of the device that the frames go to
     */
    static LineReport of(String device, Counters from, Counters to, QueueReport queue) {
        var json = new StringBuilder("{\"bytes\":").append(queue.bytes());
        for (ImpairedEvent event : ImpairedEvent.values()) {
            String name = event.name().toLowerCase(Locale.ROOT);
            number(json, name, from.value("impaired." + device + ".in." + name));
        }
        // The two that are nobody's wish: the receiving device was down or gone, the sending one gave more than its MTU.
        long refused = 0;
        for (String refusal : REFUSALS) {
            refused += to.value("tap.out." + refusal);
        }
        number(json, "refused", refused);
        number(json, "too_long", from.value("tap.in.too_long"));
        number(json, "most_queued_frames", queue.mostFrames());
        number(json, "most_queued_bytes", queue.mostBytes());
        time(json, "mean_queueing_ms", queue.meanWait().toNanos());
        time(json, "longest_queueing_ms", queue.longestWaitNanos());
        return new LineReport(json.append('}').toString());
    }

    private static void number(StringBuilder json, String name, long value) {
        json.append(",\"").append(name).append("\":").append(value);
    }

    private static void time(StringBuilder json, String name, long nanos) {
        json.append(String.format(Locale.ROOT, ",\"%s\":%.3f", name, nanos / 1e6));
    }
}
