package dev.weft.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.examples.Pattern;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * Serves {@code /}, {@code /bytes/N} and {@code /echo}.
 *
 * <ul>
 * <li>{@code GET /}: a few lines of text;
 * <li>{@code GET /bytes/N}: N bytes, byte i = i mod 251 ({@link Pattern});
 * <li>{@code POST /echo} (or PUT): the body it was sent, while it is being sent, so the client must read as it writes.
 * </ul>
 *
 * <p>Safe for any number of threads: a conversation's state is in its call of {@link #serve}.
 */
public final class HttpServer {

    private static final String GREETING = """
            This page came through Weft, a TCP/IP stack in Java.

            /bytes/N  N bytes, byte i = i mod 251
            /echo     answers a POST with its body
            """;
    private static final Map<Integer, String> PHRASES = Map.of(200, "OK", 400, "Bad Request", 404, "Not Found",
            405, "Method Not Allowed", 431, "Request Header Fields Too Large", 501, "Not Implemented",
            505, "HTTP Version Not Supported");
    private static final int BUFFER = 64 * 1024;
    private static final int STREAM_BUFFER = 8 * 1024;
    /** A body that nobody wants is read up to here to keep the connection, beyond it the connection is cheaper. */
    private static final int MAX_SKIPPED_BODY = 64 * 1024;

    private final Clock clock;

    /**
     * Makes a server.
     *
     * @param clock what the field Date is taken from
     */
    public HttpServer(Clock clock) {
        this.clock = clock;
    }

    /**
     * Answers the requests of one connection until either side ends it. Blocks, and leaves closing to the caller.
     *
     * @throws IOException the connection broke, or the peer sent a body that makes no sense
     */
    public void serve(InputStream connectionIn, OutputStream connectionOut) throws IOException {
        InputStream in = new BufferedInputStream(connectionIn, STREAM_BUFFER);
        OutputStream out = new BufferedOutputStream(connectionOut, STREAM_BUFFER);
        boolean goOn = true;
        while (goOn) {
            try {
                HttpRequest request = HttpRequest.read(in);
                goOn = request != null && answer(request, in, out);
            } catch (HttpException e) {
                respond(out, e.status(), false, "", e.getMessage() + "\n", true);
                goOn = false;
            }
        }
        out.flush();
    }

    /** Answers one request; whether another may follow. */
    private boolean answer(HttpRequest request, InputStream in, OutputStream out) throws IOException, HttpException {
        var body = new HttpBody(in, request.bodyLength());
        if (request.path().equals("/echo")) {
            return echo(request, body, out);
        }
        // A client that waits to be asked for its body is not asked: then the connection cannot be used further.
        boolean keep = request.keepsAlive() && !(request.expectsContinue() && !body.ended()) && skip(body);
        boolean get = request.method().equals("GET");
        if (!get && !request.method().equals("HEAD")) {
            if (!isKnown(request.path())) {
                respond(out, 404, keep, "", "nothing here; see /\n", true);
            } else {
                respond(out, 405, keep, "Allow: GET, HEAD\r\n", "only GET and HEAD here\n", true);
            }
        } else if (request.path().equals("/")) {
            respond(out, 200, keep, "", GREETING, get);
        } else if (isBytes(request.path())) {
            long length = Long.parseLong(request.path().substring("/bytes/".length()));
            writeHead(out, 200, keep, "Content-Type: application/octet-stream\r\nContent-Length: " + length + "\r\n");
            if (get) {
                Pattern.write(out, length);
            }
            out.flush();
        } else {
            respond(out, 404, keep, "", "nothing here; see /\n", get);
        }
        return keep;
    }

    private static boolean isKnown(String path) {
        return path.equals("/") || isBytes(path);
    }

    private static boolean isBytes(String path) {
        return path.matches("/bytes/[0-9]{1,18}");
    }

    private boolean echo(HttpRequest request, HttpBody body, OutputStream out) throws IOException, HttpException {
        if (!request.method().equals("POST") && !request.method().equals("PUT")) {
            boolean keep = request.keepsAlive() && !request.expectsContinue() && skip(body);
            respond(out, 405, keep, "Allow: POST, PUT\r\n", "POST something here\n",
                    !request.method().equals("HEAD"));
            return keep;
        }
        if (request.expectsContinue()) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        long length = request.bodyLength();
        boolean chunked = length == HttpRequest.CHUNKED;
        boolean keep = request.keepsAlive();
        writeHead(out, 200, keep, "Content-Type: application/octet-stream\r\n"
                + (chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + length + "\r\n"));
        out.flush();
        byte[] buffer = new byte[(int) (chunked ? BUFFER : Math.min(BUFFER, Math.max(1, length)))];
        int count;
        while ((count = body.read(buffer, 0, buffer.length)) > 0) {
            if (chunked) {
                out.write((Integer.toHexString(count) + "\r\n").getBytes(ISO_8859_1));
            }
            out.write(buffer, 0, count);
            if (chunked) {
                out.write("\r\n".getBytes(ISO_8859_1));
            }
        }
        if (chunked) {
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
        }
        out.flush();
        return keep;
    }

    /** Reads a body away; false where it is so long that the connection is to be ended instead. */
    private static boolean skip(HttpBody body) throws IOException {
        byte[] buffer = new byte[4 * 1024];
        int skipped = 0;
        while (!body.ended() && skipped < MAX_SKIPPED_BODY) {
            int count = body.read(buffer, 0, buffer.length);
            skipped += Math.max(0, count);
        }
        return body.ended();
    }

    private void respond(OutputStream out, int status, boolean keep, String fields, String text, boolean withBody)
            throws IOException {
        byte[] content = text.getBytes(UTF_8);
        writeHead(out, status, keep, fields + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + content.length + "\r\n");
        if (withBody) {
            out.write(content);
        }
        out.flush();
    }

    private void writeHead(OutputStream out, int status, boolean keep, String fields) throws IOException {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(clock.withZone(ZoneOffset.UTC)));
        // An HTTP/1.0 client that asked to keep the connection must be told that it was heard, others do no harm.
        String head = "HTTP/1.1 " + status + " " + PHRASES.get(status) + "\r\nDate: " + date + "\r\nConnection: "
                + (keep ? "keep-alive" : "close") + "\r\n" + fields + "\r\n";
        out.write(head.getBytes(ISO_8859_1));
    }
}
