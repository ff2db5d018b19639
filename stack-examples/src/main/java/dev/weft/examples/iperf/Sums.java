package dev.weft.examples.iperf;

import java.util.List;

/** What several streams did together. */
final class Sums {

    private Sums() {
    }

    /** Bytes and datagrams in all; the jitter is the mean, the times are the first stream's. */
    static StreamResult of(List<StreamResult> streams) {
        StreamResult first = streams.getFirst();
        return new StreamResult(first.id(), streams.stream().mapToLong(StreamResult::bytes).sum(),
                first.retransmits() < 0 ? -1 : streams.stream().mapToLong(StreamResult::retransmits).sum(),
                streams.stream().mapToDouble(StreamResult::jitterMillis).average().orElse(0),
                streams.stream().mapToLong(StreamResult::lost).sum(), streams.stream().mapToLong(StreamResult::packets).sum(),
                first.start(), first.end());
    }
}
