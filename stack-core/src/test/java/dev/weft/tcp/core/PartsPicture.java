package dev.weft.tcp.core;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All fields of a connection's parts, by their path: those of {@code dev.weft.tcp.core} and what it is made of, but for what is shared
 * with other connections. So a field that somebody adds and {@code keep} forgets turns the tests of sleep red.
 */
final class PartsPicture {

    /** Shared, or told by the moment and not by the connection. */
    private static final Set<String> OTHERS = Set.of("TcpConfig", "TcpMemory", "TcpBuffers", "ReceiveRequest");

    /** What means nothing where nothing is in flight, and is set before it means something again. */
    private static final Set<String> SCRATCH = Set.of(
            // noted anew with each ACK: Recovery.beginAck, Scoreboard.beginAck, Rack.beginAck, RateSampler.sample
            "Recovery.mss", "Recovery.flightBefore", "Recovery.outstandingBefore", "Recovery.phaseBefore", "Recovery.echoed",
            "Recovery.congestionEchoed", "Recovery.duplicateReported", "Recovery.duplicateEnd", "Scoreboard.delivered",
            "Scoreboard.deliveredAgain", "Scoreboard.oldestDelivered", "Scoreboard.newlyLost", "Rack.echoed",
            "RateSampler.newestEnd", "RateSampler.newestSent", "RateSampler.newestFirstSent", "RateSampler.newestDelivered",
            "RateSampler.newestDeliveredAt", "RateSampler.newestLost", "RateSampler.newestFlight", "RateSampler.newestFlags",
            "AckSample.now", "AckSample.flightBefore", "AckSample.flight", "AckSample.rtt", "AckSample.srtt", "AckSample.windowLimited",
            "AckSample.inRecovery", "AckSample.afterTimeout", "AckSample.totalDelivered", "AckSample.priorDelivered",
            "AckSample.delivered", "AckSample.interval", "AckSample.deliveryRate", "AckSample.appLimited", "AckSample.txInFlight",
            "AckSample.lost", "AckSample.deliberatelySlow",
            // of a recovery or a reduction, a probe, or a lost range, and set when one begins
            "Recovery.cwrEnd", "Recovery.partialSeen", "Recovery.whyResent", "RateReduction.ssthresh", "RateReduction.recoverFlight",
            "RateReduction.delivered", "RateReduction.out", "RateReduction.cwnd", "Scoreboard.lostFrom", "Scoreboard.probeFrom",
            "Scoreboard.probeTo", "Scoreboard.probeRepeated", "MtuSearch.probeFrom", "MtuSearch.probeTo", "TailLossProbe.end",
            "TailLossProbe.again", "SpuriousRecovery.from", "SpuriousRecovery.firstRetransmission", "SpuriousRecovery.firstStart",
            "SpuriousRecovery.unexplained", "SpuriousRecovery.ackSeen",
            // of the segment, or the ACK, at hand
            "Receiver.twiceLeft", "Receiver.twiceRight", "AckPolicy.trigger", "AckPolicy.twiceLeft", "AckPolicy.twiceRight", "AckPolicy.echo",
            "Emission.room", "Emission.heldByWindow", "Emission.heldByPacer", "Cork.pushEnd", "UrgentOut.up",
            // of a ring without chunks, and of those that look at how much work there is
            "ChunkRing.origin", "ChunkRing.first", "ChunkRing.head", "Scoreboard.steps", "Reassembly.limit",
            // as many as count says
            "SackReport.latest",
            // kept beside the memo
            "ReceiveBuffer.request");

    private final Map<String, String> fields = new TreeMap<>();
    private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

    private PartsPicture() {
    }

    /** Path and value of each field. */
    static Map<String, String> of(Parts parts) {
        var picture = new PartsPicture();
        picture.take("", parts);
        return picture.fields;
    }

    /** The fields that differ between two pictures, and how. */
    static List<String> differences(Map<String, String> before, Map<String, String> after) {
        return before.keySet().stream().filter(path -> !before.get(path).equals(after.get(path)))
                .map(path -> path + " was " + before.get(path) + " and is " + after.get(path)).toList();
    }

    private void take(String path, Object object) {
        if (seen.put(object, true) != null) {
            return;
        }
        for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                String name = type.getSimpleName() + "." + field.getName();
                if (!Modifier.isStatic(field.getModifiers()) && !SCRATCH.contains(name)) {
                    note(path + "/" + field.getName(), value(field, object));
                }
            }
        }
    }

    private static Object value(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new AssertionError(field.toString(), e);
        }
    }

    private void note(String path, Object value) {
        if (value != null && value.getClass().isArray()) {
            fields.put(path, "array of " + Array.getLength(value));
        } else if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Enum<?>) {
            fields.put(path, String.valueOf(value));
        } else if (value.getClass().getPackageName().startsWith("dev.weft.tcp.core") && !OTHERS.contains(value.getClass().getSimpleName())
                && !(value instanceof dev.weft.tcp.core.counter.TcpCounters)) {
            take(path, value);
        }
    }
}
