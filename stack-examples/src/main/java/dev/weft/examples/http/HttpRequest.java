package dev.weft.examples.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The head of a request (RFC 9112 §2.1): the request line and the fields.
 *
 * @param method the method, upper case as sent
 * @param path   the path of the target, without its query
 * @param minor  the minor version: 0 for HTTP/1.0, 1 for HTTP/1.1
 * @param fields the fields by lower-case name; of fields sent several times the values joined by a comma
 */
record HttpRequest(String method, String path, int minor, Map<String, String> fields) {

    /** The largest head that is read, in bytes. */
    static final int MAX_HEAD = 16 * 1024;

    /** How a body is delimited (RFC 9112 §6.3): this many bytes, or {@link #CHUNKED}. */
    static final long CHUNKED = -1;

    private static final int MAX_LENGTH_DIGITS = 18;

    /**
     * Reads the next head.
     *
     * @return null where the peer has ended the connection between two requests
     * @throws HttpException what it sent is not a request this server can answer
     */
    static HttpRequest read(InputStream in) throws IOException, HttpException {
        var lines = new Lines(in);
        String line = lines.next();
        if (line != null && line.isEmpty()) {
            // RFC 9112 §2.2: an empty line before the request line is ignored, old clients sent one after a body.
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new HttpException(400, "the request line is METHOD TARGET HTTP/1.1");
        }
        if (!parts[2].matches("HTTP/1\\.[0-9]")) {
            boolean otherVersion = parts[2].matches("HTTP/[0-9](\\.[0-9])?");
            throw new HttpException(otherVersion ? 505 : 400, "this server speaks HTTP/1.0 and HTTP/1.1");
        }
        Map<String, String> fields = readFields(lines);
        int minor = parts[2].endsWith("0") ? 0 : 1;
        // RFC 9112 §3.2: a 1.1 request names exactly one host.
        if (minor == 1 && (!fields.containsKey("host") || fields.get("host").contains(","))) {
            throw new HttpException(400, "the field Host is missing or sent twice");
        }
        return new HttpRequest(parts[0], pathOf(parts[1]), minor, fields);
    }

    private static Map<String, String> readFields(Lines lines) throws IOException, HttpException {
        Map<String, String> fields = new LinkedHashMap<>();
        while (true) {
            String line = lines.next();
            if (line == null) {
                throw new EOFException("the connection ended within the head of a request");
            }
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            // RFC 9112 §5.1, §5.2: no white space before the colon, and no folded lines any more.
            if (colon <= 0 || !isToken(line.substring(0, colon))) {
                throw new HttpException(400, "a field is NAME: VALUE");
            }
            fields.merge(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip(),
                    (first, second) -> first + ", " + second);
        }
    }

    /** RFC 9112 §3.2: the origin form, or the absolute form that is meant for proxies and that servers accept too. */
    private static String pathOf(String target) throws HttpException {
        String path = target;
        if (path.regionMatches(true, 0, "http://", 0, 7)) {
            int slash = path.indexOf('/', 7);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int query = path.indexOf('?');
        path = query < 0 ? path : path.substring(0, query);
        if (!path.startsWith("/")) {
            throw new HttpException(400, "a target begins with a slash");
        }
        return path;
    }

    private static boolean isToken(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }

    /**
     * The length of the body in bytes, 0 where there is none, or {@link #CHUNKED}.
     *
     * @throws HttpException the fields contradict each other or name a coding this server does not know
     */
    long bodyLength() throws HttpException {
        String coding = fields.get("transfer-encoding");
        String length = fields.get("content-length");
        if (coding != null) {
            // RFC 9112 §6.1: both fields at once is how requests are smuggled past a proxy.
            if (length != null) {
                throw new HttpException(400, "Content-Length and Transfer-Encoding contradict each other");
            }
            if (minor == 0 || !coding.equalsIgnoreCase("chunked")) {
                throw new HttpException(501, "the only transfer coding here is chunked, in HTTP/1.1");
            }
            return CHUNKED;
        }
        if (length == null) {
            return 0;
        }
        if (!length.matches("[0-9]{1," + MAX_LENGTH_DIGITS + "}")) {
            throw new HttpException(400, "Content-Length is one number");
        }
        return Long.parseLong(length);
    }

    /** Whether the client means to send another request on this connection (RFC 9112 §9.3). */
    boolean keepsAlive() {
        return minor == 0 ? hasOption("keep-alive") : !hasOption("close");
    }

    private boolean hasOption(String option) {
        for (String value : fields.getOrDefault("connection", "").split(",")) {
            if (value.strip().equalsIgnoreCase(option)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the client waits for leave to send the body (RFC 9110 §10.1.1). */
    boolean expectsContinue() {
        return minor == 1 && "100-continue".equalsIgnoreCase(fields.get("expect"));
    }

    /** The lines of a head, all of them together no longer than {@link #MAX_HEAD}. */
    private static final class Lines {

        private final InputStream in;
        private int left = MAX_HEAD;

        Lines(InputStream in) {
            this.in = in;
        }

        /** The next line without its end; null at the end of the stream. */
        String next() throws IOException, HttpException {
            String line = HttpLine.read(in, left);
            if (line != null) {
                left -= line.length() + 2;
            }
            return line;
        }
    }
}
