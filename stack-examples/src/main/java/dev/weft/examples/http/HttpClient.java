package dev.weft.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Fetches one resource on a connection of its own. Follows no redirection. */
public final class HttpClient {

    private static final int MAX_FIELDS = 200;
    private static final int HTTP_PORT = 80;

    private HttpClient() {
    }

    /** The port of a URL: 80 where it names none. */
    public static int portOf(URI url) {
        return url.getPort() < 0 ? HTTP_PORT : url.getPort();
    }

    /**
     * Asks for a resource and passes its body on. Blocks until the body has come whole.
     *
     * @param in   what the server sends
     * @param out  what the server receives
     * @param url  what to ask for
     * @param body takes the body as it comes
     * @return the status of the answer, 200 where all is well
     * @throws IOException the connection broke, the answer makes no sense, or it ended before its end
     */
    public static int get(InputStream in, OutputStream out, URI url, OutputStream body) throws IOException {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        String host = url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
        out.write(("GET " + target + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: weft\r\nAccept: */*\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
        out.flush();

        InputStream buffered = new BufferedInputStream(in);
        try {
            int status;
            Map<String, String> fields;
            do {
                status = statusOf(HttpLine.read(buffered, HttpRequest.MAX_HEAD));
                fields = readFields(buffered);
            } while (status / 100 == 1); // RFC 9110 §15.2: interim answers precede the one that counts
            bodyOf(status, fields, buffered).transferTo(body);
            return status;
        } catch (HttpException e) {
            throw new IOException("the answer's head is longer than " + HttpRequest.MAX_HEAD + " bytes", e);
        }
    }

    private static int statusOf(String line) throws IOException {
        if (line == null) {
            throw new EOFException("the server ended the connection without an answer");
        }
        if (!line.matches("HTTP/1\\.[0-9] [1-9][0-9]{2}( .*)?")) {
            throw new IOException("this is no answer of HTTP/1: " + line);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> readFields(InputStream in) throws IOException, HttpException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int count = 0; count < MAX_FIELDS; count++) {
            String line = HttpLine.read(in, HttpRequest.MAX_HEAD);
            if (line == null) {
                throw new EOFException("the connection ended within the head of the answer");
            }
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
        }
        throw new IOException("the answer has more than " + MAX_FIELDS + " fields");
    }

    /** RFC 9112 §6.3: chunks, a length, or all until the end of the connection. */
    private static InputStream bodyOf(int status, Map<String, String> fields, InputStream in) throws IOException {
        if (status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if ("chunked".equalsIgnoreCase(fields.get("transfer-encoding"))) {
            return new HttpBody(in, HttpRequest.CHUNKED);
        }
        String length = fields.get("content-length");
        if (length == null) {
            return in;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new IOException("the answer's Content-Length is no number: " + length);
        }
        return new HttpBody(in, Long.parseLong(length));
    }
}
