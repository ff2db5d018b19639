package dev.weft.examples.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.List;

/** Who tells the user what happens. Calls come one at a time. */
interface Report {

    /** A server waits for clients; {@code test} counts from 1 on. */
    void listening(int port, int test);

    /** A client connects. */
    void connecting(String host, int port, TestSettings settings);

    /** A server has a client. */
    void accepted(InetSocketAddress client, String cookie, TestSettings settings);

    /** All streams are connected. */
    void connected(TestSettings settings, List<Endpoints> streams, boolean server, int mss);

    /** A client's cookie, when it has one. */
    void cookie(String cookie);

    /** An interval is over. */
    void interval(List<Sample> samples);

    /** The test is over. */
    void finished(Outcome outcome);

    /** A client's last word. */
    void done();

    /** The test failed. */
    void failed(String message);

    /** All that a server has said about this test, for a client that wants to know. */
    JsonNode output();

    /** Between whom a stream runs. */
    record Endpoints(int id, InetSocketAddress local, InetSocketAddress remote, boolean sends) {

        static Endpoints of(TestStream stream) {
            return new Endpoints(stream.id(), stream.local(), stream.remote(), stream.sends());
        }
    }

    /**
     * What came out.
     *
     * @param own  what this end counted
     * @param peer what the other end says
     */
    record Outcome(TestSettings settings, boolean server, List<Sample> own, TestResults ownResults, TestResults peer) {

        /** What the sender of a stream says. */
        StreamResult sender(Sample of) {
            return of.stream().sends() ? of.result() : peerOf(of);
        }

        /** What the receiver of a stream says. */
        StreamResult receiver(Sample of) {
            return of.stream().sends() ? peerOf(of) : of.result();
        }

        private StreamResult peerOf(Sample of) {
            return peer.stream(of.stream().id()).orElse(new StreamResult(of.stream().id(), 0, -1, 0, 0, 0, of.start(), of.end()));
        }
    }
}
