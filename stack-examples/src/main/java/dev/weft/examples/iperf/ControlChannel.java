package dev.weft.examples.iperf;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.tcp.TcpSocket;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The control connection: a cookie of 37 bytes that names the test, states of one byte, and JSON behind its length in four bytes.
 * What comes in is a stranger's: every length is bounded, and whatever makes no sense ends in an {@link IperfException} that says so.
 */
final class ControlChannel implements AutoCloseable {

    /** 36 letters and digits and a zero. */
    static final int COOKIE_BYTES = 37;
    static final int MOST_PARAMETERS = 8 << 10;
    /** Results may hold all that the peer has printed. */
    static final int MOST_RESULTS = 16 << 20;

    private static final String COOKIE_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TcpSocket socket;
    private final DataInputStream in;
    /** Who ends a test from outside may come while its own thread sends: one thread at a time may write to a socket. */
    private final ReentrantLock writing = new ReentrantLock();

    ControlChannel(TcpSocket socket) {
        this.socket = socket;
        socket.noDelay(true);
        in = new DataInputStream(socket.input());
    }

    static String newCookie(RandomGenerator random) {
        var cookie = new StringBuilder();
        for (int i = 0; i < COOKIE_BYTES - 1; i++) {
            cookie.append(COOKIE_LETTERS.charAt(random.nextInt(COOKIE_LETTERS.length())));
        }
        return cookie.toString();
    }

    /** The cookie as it is sent, on this connection and on each stream. */
    static byte[] bytesOf(String cookie) {
        byte[] bytes = new byte[COOKIE_BYTES];
        for (int i = 0; i < cookie.length(); i++) {
            bytes[i] = (byte) cookie.charAt(i);
        }
        return bytes;
    }

    /** Reads a cookie from a connection that has just been accepted. */
    static String readCookie(TcpSocket socket, Duration patience) throws IOException {
        socket.readTimeout(patience);
        byte[] bytes = new byte[COOKIE_BYTES];
        new DataInputStream(socket.input()).readFully(bytes);
        socket.readTimeout(Duration.ZERO);
        var cookie = new StringBuilder();
        for (byte value : bytes) {
            if (value == 0) {
                break;
            }
            if (value < ' ') {
                throw new IperfException(socket.remoteAddress() + " does not speak iperf3's protocol: no cookie");
            }
            cookie.append((char) value);
        }
        if (cookie.length() != COOKIE_BYTES - 1) {
            throw new IperfException(socket.remoteAddress() + " does not speak iperf3's protocol: no cookie");
        }
        return cookie.toString();
    }

    InetSocketAddress local() {
        return socket.localAddress();
    }

    InetSocketAddress remote() {
        return socket.remoteAddress();
    }

    int mss() {
        return socket.info().mss();
    }

    /** How long the peer may be silent from now on; zero: for ever. */
    void patience(Duration limit) {
        socket.readTimeout(limit);
    }

    void sendCookie(String cookie) throws IOException {
        write(ByteBuffer.wrap(bytesOf(cookie)));
    }

    void send(IperfState state) throws IOException {
        write(ByteBuffer.wrap(new byte[] {state.code()}));
    }

    /** Says {@code state} as the last word, and ends the connection; to a peer that does not take what is sent just now it only ends. */
    void leave(IperfState state) {
        if (writing.tryLock()) {
            try {
                send(state);
            } catch (IOException e) {
                // It is over already.
            } finally {
                writing.unlock();
            }
        }
        close();
    }

    private void write(ByteBuffer message) throws IOException {
        writing.lock();
        try {
            socket.write(message);
        } finally {
            writing.unlock();
        }
    }

    /** Tells a client why there will be no test. */
    void sendError(int number) throws IOException {
        write(ByteBuffer.allocate(9).put(IperfState.SERVER_ERROR.code()).putInt(number).putInt(0).flip());
    }

    /**
     * The next state.
     *
     * @throws IperfException when the peer wants to end the test, or has left
     */
    IperfState next() throws IOException {
        int code = in.read();
        if (code < 0) {
            throw new IperfException("the peer has closed the control connection unexpectedly");
        }
        IperfState state = IperfState.of((byte) code);
        switch (state) {
            case ACCESS_DENIED -> throw new IperfException("the server is busy running a test. try again later");
            case SERVER_TERMINATE -> throw new IperfException("the server has terminated");
            case CLIENT_TERMINATE -> throw new IperfException("the client has terminated");
            case SERVER_ERROR -> {
                int number = in.readInt();
                int system = in.readInt();
                throw new IperfException("the server reports error " + number + (system == 0 ? "" : ", errno " + system), number);
            }
            default -> {
                return state;
            }
        }
    }

    /** The next state, which has to be this one. */
    void expect(IperfState wanted) throws IOException {
        IperfState state = next();
        if (state != wanted) {
            throw new IperfException("the peer says " + state + " where " + wanted + " has its turn");
        }
    }

    void write(JsonNode json) throws IOException {
        byte[] text = JSON.writeValueAsBytes(json);
        write(ByteBuffer.allocate(Integer.BYTES + text.length).putInt(text.length).put(text).flip());
    }

    JsonNode read(int most) throws IOException {
        int length = in.readInt();
        if (length < 1 || length > most) {
            throw new IperfException("the peer announces " + Integer.toUnsignedString(length) + " bytes of JSON; it may be 1 to " + most);
        }
        // Grows with what has come, not with what was announced.
        byte[] text = in.readNBytes(length);
        if (text.length < length) {
            throw new EOFException("the peer has closed the control connection within its JSON");
        }
        try {
            JsonNode node = JSON.readTree(text);
            if (node != null && node.isObject()) {
                return node;
            }
            throw new IperfException("the peer has sent JSON that is no object");
        } catch (JacksonException e) {
            throw new IperfException("the peer has sent what is no JSON: " + e.getOriginalMessage());
        }
    }

    /** Ends it at once, what was not sent yet included. */
    void abort() {
        socket.abort();
    }

    @Override
    public void close() {
        socket.close();
    }
}
