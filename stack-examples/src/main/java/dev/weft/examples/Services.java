package dev.weft.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.examples.net.Connection;
import dev.weft.examples.net.ConnectionHandler;
import dev.weft.examples.net.Network;
import dev.weft.examples.net.Served;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The small servers that tests and measurements rely on: the classic ones of RFC 862 (echo), 863 (discard), 864
 * (chargen) and 867 (daytime), and from port 2001 on some that behave in ways worth testing against.
 */
public final class Services implements Closeable {

    static final Duration UNREAD_TIME = Duration.ofSeconds(60);
    static final Duration CONNECT_TIME = Duration.ofSeconds(20);
    static final Duration LATE = Duration.ofSeconds(3);
    static final int REPLY_BYTES = 20_000;
    static final int PATTERN_BYTES = 262_144;

    private static final int BACKLOG = 128;
    private static final int LARGE_BACKLOG = 256;
    private static final int MAX_LINE = 80;
    private static final int MAX_CHARGEN_DATAGRAM = 512;
    private static final byte[] CHARGEN = chargen();

    private final List<Served> ports = new ArrayList<>();

    private Services() {
    }

    /** The TCP services by port. */
    private static Map<Integer, ConnectionHandler> tcp(Network network) {
        Map<Integer, ConnectionHandler> services = new TreeMap<>();
        services.put(7, connection -> connection.input().transferTo(connection.output()));
        services.put(9, connection -> connection.input().transferTo(OutputStream.nullOutputStream()));
        services.put(13, connection -> connection.output().write(daytime()));
        services.put(19, Services::generate);
        services.put(2001, connection -> connection.holdUnread(UNREAD_TIME));
        services.put(2002, connection -> { });
        services.put(2003, connection -> connectAsTold(network, connection));
        services.put(2004, Services::readAllThenReply);
        services.put(2005, Services::readLateThenCount);
        services.put(2019, connection -> Pattern.write(connection.output(), PATTERN_BYTES));
        return services;
    }

    /** The UDP services by port. */
    private static Map<Integer, UnaryOperator<byte[]>> udp() {
        Map<Integer, UnaryOperator<byte[]>> services = new TreeMap<>();
        services.put(7, payload -> payload);
        services.put(9, payload -> null);
        // RFC 864: one datagram for one datagram, of 0 to 512 characters.
        services.put(19, payload -> Arrays.copyOf(CHARGEN,
                RandomGenerator.getDefault().nextInt(MAX_CHARGEN_DATAGRAM + 1)));
        return services;
    }

    /** Serves all ports of the table. */
    public static Services open(Network network) throws IOException {
        return open(network, 0);
    }

    /**
     * Serves all ports of the table.
     *
     * @param offset is added to each port: on the kernel the low ones belong to root
     * @throws IOException one of them is taken; then none is served
     */
    static Services open(Network network, int offset) throws IOException {
        var services = new Services();
        try {
            for (var service : tcp(network).entrySet()) {
                int port = service.getKey();
                services.ports.add(network.serve(port + offset, port > 2000 ? LARGE_BACKLOG : BACKLOG,
                        service.getValue()));
            }
            for (var service : udp().entrySet()) {
                services.ports.add(network.answer(service.getKey() + offset, service.getValue()));
            }
            return services;
        } catch (IOException | RuntimeException e) {
            services.close();
            throw e;
        }
    }

    /** Waits until the services end, which they do when they are closed or the network fails. */
    void join() throws IOException, InterruptedException {
        for (Served port : ports) {
            port.join();
        }
    }

    @Override
    public void close() throws IOException {
        for (Served port : ports) {
            port.close();
        }
    }

    /** RFC 867 leaves the form of the line open; this one is RFC 1123's. */
    private static byte[] daytime() {
        return (DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(Clock.systemUTC())) + "\r\n")
                .getBytes(US_ASCII);
    }

    /** RFC 864: until the reader has had enough, which it says by a reset, so that is the regular end. */
    private static void generate(Connection connection) throws IOException {
        OutputStream out = connection.output();
        try {
            while (true) {
                out.write(CHARGEN);
            }
        } catch (IOException e) {
            return;
        }
    }

    /** RFC 864's popular pattern: lines of 72 of the 95 printable characters, each begins one further on. */
    private static byte[] chargen() {
        int lines = 95;
        var text = new StringBuilder();
        for (int round = 0; round < 10; round++) {
            for (int line = 0; line < lines; line++) {
                for (int column = 0; column < 72; column++) {
                    text.append((char) (' ' + (line + column) % lines));
                }
                text.append("\r\n");
            }
        }
        return text.toString().getBytes(US_ASCII);
    }

    private static void readAllThenReply(Connection connection) throws IOException {
        long count = connection.input().transferTo(OutputStream.nullOutputStream());
        byte[] reply = new byte[REPLY_BYTES];
        Arrays.fill(reply, (byte) 'h');
        connection.output().write(reply);
        connection.output().write((count + "\n").getBytes(US_ASCII));
    }

    private static void readLateThenCount(Connection connection) throws IOException, InterruptedException {
        Thread.sleep(LATE);
        long count = connection.input().transferTo(OutputStream.nullOutputStream());
        connection.output().write((count + "\n").getBytes(US_ASCII));
    }

    /** Reads {@code IP PORT}, connects there, tells how that went, and echoes on the new connection until its end. */
    private static void connectAsTold(Network network, Connection connection) throws IOException {
        String[] parts = readLine(connection.input()).strip().split(" +");
        if (parts.length != 2 || !parts[1].matches("[0-9]{1,5}")) {
            answer(connection, "ERR EINVAL");
            return;
        }
        Connection told;
        try {
            told = network.connect(parts[0], Integer.parseInt(parts[1]), CONNECT_TIME);
        } catch (IOException | IllegalArgumentException e) {
            answer(connection, "ERR " + errno(e));
            return;
        }
        try (told) {
            answer(connection, "OK");
            told.input().transferTo(told.output());
        }
    }

    private static void answer(Connection connection, String line) throws IOException {
        connection.output().write((line + "\n").getBytes(US_ASCII));
        connection.shutdownOutput();
    }

    /** The name that a C program would have found in {@code errno}. */
    static String errno(Exception failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return switch (failure) {
            case SocketTimeoutException e -> "ETIMEDOUT";
            case ConnectException e when message.contains("timed out") -> "ETIMEDOUT";
            case IOException e when message.contains("network is unreachable") -> "ENETUNREACH";
            case ConnectException e -> "ECONNREFUSED";
            case NoRouteToHostException e -> "EHOSTUNREACH";
            case BindException e -> "EADDRNOTAVAIL";
            case IllegalArgumentException e -> "EINVAL";
            default -> message.contains("reset") ? "ECONNRESET" : "EIO";
        };
    }

    /** A line without its end; what is longer than any legal one is cut. */
    private static String readLine(InputStream in) throws IOException {
        byte[] line = new byte[MAX_LINE];
        int length = 0;
        int next;
        while (length < MAX_LINE && (next = in.read()) >= 0 && next != '\n') {
            line[length++] = (byte) next;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }
}
