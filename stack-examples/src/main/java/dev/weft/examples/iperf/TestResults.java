package dev.weft.examples.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one end tells the other when a test is over.
 *
 * @param retransmitsKnown whether its streams' retransmissions mean anything
 * @param congestion       its congestion control; null for datagrams
 * @param serverOutput     what a server has printed; null where nobody asked
 */
record TestResults(CpuUse.Share cpu, boolean retransmitsKnown, String congestion, List<StreamResult> streams, JsonNode serverOutput) {

    /** Of the one who sends datagrams nothing is known that could have been sent again. */
    private static final int UNKNOWN = -1;

    Optional<StreamResult> stream(int id) {
        return streams.stream().filter(stream -> stream.id() == id).findFirst();
    }

    TestResults with(JsonNode output) {
        return new TestResults(cpu, retransmitsKnown, congestion, streams, output);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("cpu_util_total", cpu.total()).put("cpu_util_user", cpu.user()).put("cpu_util_system", cpu.system())
                .put("sender_has_retransmits", retransmitsKnown ? 1 : UNKNOWN);
        if (congestion != null) {
            json.put("congestion_used", congestion);
        }
        for (StreamResult stream : streams) {
            json.withArray("streams").addObject().put("id", stream.id()).put("bytes", stream.bytes())
                    .put("retransmits", stream.retransmits()).put("jitter", stream.jitterMillis() / 1000)
                    .put("errors", stream.lost()).put("packets", stream.packets())
                    .put("start_time", stream.start()).put("end_time", stream.end());
        }
        if (serverOutput != null) {
            json.set(serverOutput.isTextual() ? "server_output_text" : "server_output_json", serverOutput);
        }
        return json;
    }

    /** What the peer has sent; what is missing there is 0. */
    static TestResults of(JsonNode json) throws IperfException {
        JsonNode list = json.path("streams");
        if (!list.isArray() || list.size() > 2 * TestSettings.MOST_STREAMS) {
            throw new IperfException("the peer's results name no streams");
        }
        var streams = new ArrayList<StreamResult>();
        for (JsonNode stream : list) {
            if (!stream.path("id").isInt()) {
                throw new IperfException("the peer's results have a stream without a number");
            }
            // −1 comes as 2⁶⁴ − 1 from some.
            streams.add(new StreamResult(stream.path("id").intValue(), stream.path("bytes").longValue(),
                    stream.path("retransmits").longValue(), stream.path("jitter").doubleValue() * 1000,
                    stream.path("errors").longValue(), stream.path("packets").longValue(),
                    stream.path("start_time").doubleValue(), stream.path("end_time").doubleValue()));
        }
        JsonNode output = json.has("server_output_text") ? json.get("server_output_text") : json.get("server_output_json");
        return new TestResults(new CpuUse.Share(json.path("cpu_util_total").doubleValue(), json.path("cpu_util_user").doubleValue(),
                json.path("cpu_util_system").doubleValue()), json.path("sender_has_retransmits").longValue() > 0,
                json.has("congestion_used") ? json.get("congestion_used").asText() : null, streams, output);
    }
}
