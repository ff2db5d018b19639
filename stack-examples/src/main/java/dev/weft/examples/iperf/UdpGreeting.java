package dev.weft.examples.iperf;

import dev.weft.udp.Datagram;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * How a stream of datagrams begins: the client sends four bytes, by which the server learns its port, and the server answers with four
 * others. They are numbers in the byte order of the machine that iperf3 runs on, so little-endian ones nearly everywhere.
 */
final class UdpGreeting {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final byte[] HELLO = {'9', '8', '7', '6'};
    private static final byte[] ANSWER = {'6', '7', '8', '9'};
    /** Before version 3.7. */
    private static final int OLD_HELLO = 123_456_789;

    private UdpGreeting() {
    }

    /** As a client: greets, and waits for the answer. */
    static void greet(UdpSocket socket) throws IOException {
        socket.send(HELLO);
        try {
            socket.receive(PATIENCE);
        } catch (SocketTimeoutException e) {
            var silence = new IperfException("the server does not answer over UDP");
            silence.initCause(e);
            throw silence;
        }
    }

    /** As a server: waits for this client's greeting, and connects the socket to where it came from; others are ignored. */
    static void await(UdpSocket socket, InetAddress client) throws IOException {
        while (true) {
            Datagram datagram = socket.receive(PATIENCE);
            if (datagram.source().getAddress().equals(client) && isGreeting(datagram.payload())) {
                socket.connect(datagram.source());
                return;
            }
        }
    }

    static void answer(UdpSocket socket) throws IOException {
        socket.send(ANSWER);
    }

    private static boolean isGreeting(byte[] payload) {
        if (payload.length != Integer.BYTES) {
            return false;
        }
        ByteBuffer number = ByteBuffer.wrap(payload);
        return number.equals(ByteBuffer.wrap(HELLO)) || number.equals(ByteBuffer.wrap(ANSWER))
                || number.getInt(0) == OLD_HELLO || number.order(ByteOrder.LITTLE_ENDIAN).getInt(0) == OLD_HELLO;
    }
}
