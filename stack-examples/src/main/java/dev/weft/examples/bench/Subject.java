package dev.weft.examples.bench;

import dev.weft.examples.Pattern;
import dev.weft.examples.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.zip.CRC32C;

/**
 * The servers that are measured, the same on either kind of sockets; the load comes from {@link Load}:
 * <pre>
 *   TCP  7   echo
 *   TCP  9   reads to the end, then answers with the count, 8 bytes
 *   TCP 10   the same, and the CRC-32C of all bytes, 8 bytes more
 *   TCP 19   sends byte i = i mod 251 until it is reset
 *   TCP 80   HTTP
 *   UDP  9   counts; a datagram that begins with 1 is answered with the count so far, 8 bytes
 *   UDP 19   asked with two numbers of 4 bytes, length and milliseconds, sends datagrams of that length for so long
 * </pre>
 */
final class Subject implements AutoCloseable {

    static final int ECHO = 7;
    static final int SINK = 9;
    static final int HASHING_SINK = 10;
    static final int SOURCE = 19;
    static final int HTTP = 80;
    /** What a datagram begins with that asks for the count; others begin with 0. */
    static final byte QUESTION = 1;

    private static final int BUFFER = 128 << 10;
    /** Small, for connections come and go. */
    private static final int ECHO_BUFFER = 4 << 10;
    private static final int LARGEST_DATAGRAM = 65_507;
    private static final int LONGEST_MILLIS = 60_000;

    private final Serving serving;

    /** Serves from now on. */
    Subject(Serving serving) throws IOException {
        this.serving = serving;
        var http = new HttpServer(Clock.systemUTC());
        serving.serve(ECHO, Subject::echo);
        serving.serve(SINK, (in, out) -> sink(in, out, false));
        serving.serve(HASHING_SINK, (in, out) -> sink(in, out, true));
        serving.serve(SOURCE, (in, out) -> Pattern.write(out, Long.MAX_VALUE));
        serving.serve(HTTP, http::serve);
        Serving.Datagrams counting = serving.datagrams(SINK);
        serving.start(() -> count(counting));
        Serving.Datagrams source = serving.datagrams(SOURCE);
        serving.start(() -> answer(source));
    }

    private static void echo(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[ECHO_BUFFER];
        int n;
        while ((n = in.read(buffer)) >= 0) {
            out.write(buffer, 0, n);
        }
    }

    private static void sink(InputStream in, OutputStream out, boolean hashes) throws IOException {
        byte[] buffer = new byte[BUFFER];
        var hash = new CRC32C();
        long count = 0;
        int n;
        while ((n = in.read(buffer)) >= 0) {
            count += n;
            if (hashes) {
                hash.update(buffer, 0, n);
            }
        }
        ByteBuffer answer = ByteBuffer.allocate(hashes ? 16 : 8).putLong(count);
        if (hashes) {
            answer.putLong(hash.getValue());
        }
        out.write(answer.array());
    }

    private static void count(Serving.Datagrams port) {
        long count = 0;
        try {
            while (true) {
                byte[] payload = port.receive();
                if (payload.length > 0 && payload[0] == QUESTION) {
                    port.send(port.source(), ByteBuffer.allocate(8).putLong(count).array(), 8);
                } else {
                    count++;
                }
            }
        } catch (IOException e) {
            port.close(); // the end
        }
    }

    private void answer(Serving.Datagrams port) {
        try {
            while (true) {
                byte[] payload = port.receive();
                if (payload.length >= 8) {
                    ByteBuffer asked = ByteBuffer.wrap(payload);
                    int length = Math.clamp(asked.getInt(), 1, LARGEST_DATAGRAM);
                    int millis = Math.clamp(asked.getInt(), 1, LONGEST_MILLIS);
                    InetSocketAddress to = port.source();
                    serving.start(() -> blast(port, to, length, millis));
                }
            }
        } catch (IOException e) {
            port.close(); // the end
        }
    }

    private static void blast(Serving.Datagrams port, InetSocketAddress to, int length, int millis) {
        byte[] payload = new byte[length];
        long end = System.nanoTime() + millis * 1_000_000L;
        while (System.nanoTime() < end) {
            try {
                port.send(to, payload, length);
            } catch (IOException e) {
                return; // nobody listens any more
            }
        }
    }

    @Override
    public void close() throws IOException {
        serving.close();
    }
}
