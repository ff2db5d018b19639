package dev.weft.examples.iperf;

/**
 * What one end says about a stream when the test is over.
 *
 * @param id           1, 3, 4, 5 … in the order in which they were connected
 * @param bytes        sent or received
 * @param retransmits  segments sent again; −1 where that is not known
 * @param jitterMillis of a receiver of datagrams
 * @param lost         datagrams that did not come
 * @param packets      datagrams sent, or the highest number received
 * @param start        when it began, in seconds
 * @param end          when it ended, in seconds
 */
record StreamResult(int id, long bytes, long retransmits, double jitterMillis, long lost, long packets, double start, double end) {

    double seconds() {
        return end - start;
    }
}
