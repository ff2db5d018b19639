package dev.weft.tcp.core;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
            "Scoreboard.probeTo", "Scoreboard.probeRepeated", "MtuSearch.probeFrom", "MtuSearch.probeTo",
            // of the segment, or the ACK, at hand
            "Receiver.twiceLeft", "Receiver.twiceRight", "AckPolicy.trigger", "AckPolicy.twiceLeft", "AckPolicy.twiceRight", "AckPolicy.echo",
            "Emission.room", "Emission.heldByWindow", "Emission.heldByPacer", "Cork.pushEnd", "UrgentOut.up",
            // of a ring without chunks, and of those that look at how much work there is
            "ChunkRing.origin", "ChunkRing.first", "ChunkRing.head", "Scoreboard.steps", "Reassembly.limit",
            // as many as count says
            "SackReport.latest",
            // kept beside the memo
            "ReceiveBuffer.request");

    /** What means nothing but while another field is true. */
    private static final Map<String, String> WHILE = Map.of("TailLossProbe.end", "out", "TailLossProbe.again", "out",
            "Rack.dsackRound", "inDsackRound",
            "SpuriousRecovery.from", "watching", "SpuriousRecovery.firstRetransmission", "watching", "SpuriousRecovery.firstStart", "watching",
            "SpuriousRecovery.unexplained", "watching", "SpuriousRecovery.ackSeen", "watching");

    /** Those that are looked at, made accessible. */
    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            var all = new ArrayList<Field>();
            for (Class<?> at = type; at != Object.class; at = at.getSuperclass()) {
                all.addAll(List.of(at.getDeclaredFields()));
            }
            all.removeIf(field -> Modifier.isStatic(field.getModifiers()) || SCRATCH.contains(name(field)));
            all.forEach(field -> field.setAccessible(true));
            return all;
        }
    };

    private final Map<String, String> fields = new HashMap<>();
    private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

    private PartsPicture() {
    }

    /** Path and value of each field. */
    static Map<String, String> of(Object parts) {
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
        for (Field field : FIELDS.get(object.getClass())) {
            String condition = WHILE.get(name(field));
            if (condition == null || isTrue(condition, object)) {
                note(path + "/" + field.getName(), value(field, object));
            }
        }
    }

    private static boolean isTrue(String flag, Object object) {
        return FIELDS.get(object.getClass()).stream().anyMatch(field -> field.getName().equals(flag) && (Boolean) value(field, object));
    }

    private static String name(Field field) {
        return field.getDeclaringClass().getSimpleName() + "." + field.getName();
    }

    private static Object value(Field field, Object object) {
        try {
            return field.get(object);
        } catch (IllegalAccessException e) {
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
