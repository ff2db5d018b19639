package dev.weft.examples.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** As many datagrams as go, in or out; what counts are those that have arrived. */
final class DatagramLoad {

    private static final int ANSWER_MILLIS = 300;
    private static final int TRIES = 60;

    private DatagramLoad() {
    }

    static String in(String host, int length, int millis) throws IOException {
        try (var socket = new DatagramSocket()) {
            var to = new InetSocketAddress(host, Subject.SINK);
            long before = count(socket, to);
            var packet = new DatagramPacket(new byte[length], length, to);
            long begun = System.nanoTime();
            long end = begun + millis * 1_000_000L;
            while (System.nanoTime() < end) {
                socket.send(packet);
            }
            long nanos = System.nanoTime() - begun;
            return count(socket, to) - before + " " + nanos;
        }
    }

    /** The subject's count; the question may be lost among what was sent before. */
    private static long count(DatagramSocket socket, InetSocketAddress at) throws IOException {
        socket.setSoTimeout(ANSWER_MILLIS);
        var answer = new DatagramPacket(new byte[Long.BYTES], Long.BYTES);
        for (int i = 0; i < TRIES; i++) {
            socket.send(new DatagramPacket(new byte[] {Subject.QUESTION}, 1, at));
            try {
                socket.receive(answer);
                // An answer that comes late would be taken for the next one's.
                drain(socket);
                return ByteBuffer.wrap(answer.getData()).getLong();
            } catch (SocketTimeoutException e) {
                continue;
            }
        }
        throw new IOException("no answer to " + TRIES + " questions over UDP");
    }

    private static void drain(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            while (true) {
                socket.receive(new DatagramPacket(new byte[1], 1));
            }
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(ANSWER_MILLIS);
        }
    }

    static String out(String host, int length, int millis) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(ANSWER_MILLIS);
            byte[] question = ByteBuffer.allocate(2 * Integer.BYTES).putInt(length).putInt(millis).array();
            socket.send(new DatagramPacket(question, question.length, new InetSocketAddress(host, Subject.SOURCE)));
            var packet = new DatagramPacket(new byte[length], length);
            long count = 0;
            try {
                while (true) {
                    socket.receive(packet);
                    count++;
                }
            } catch (SocketTimeoutException e) {
                // It was the last one, or there was none.
            }
            if (count == 0) {
                throw new IOException("nothing came over UDP");
            }
            return count + " " + millis * 1_000_000L;
        }
    }
}
