package dev.weft.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** One line of a message, ended by CR LF or, as RFC 9112 §2.2 allows, by LF alone. */
final class HttpLine {

    private HttpLine() {
    }

    /**
     * The next line without its end.
     *
     * @param limit the most bytes it may have, its end not counted
     * @return null where the stream ends before the first byte
     * @throws HttpException the line is longer than the limit
     */
    static String read(InputStream in, int limit) throws IOException, HttpException {
        byte[] line = new byte[128];
        int length = 0;
        while (true) {
            int next = in.read();
            if (next < 0) {
                if (length == 0) {
                    return null;
                }
                throw new EOFException("the connection ended within a line");
            }
            if (next == '\n') {
                int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
                return new String(line, 0, end, ISO_8859_1);
            }
            if (length >= limit) {
                throw new HttpException(431, "a head is at most " + HttpRequest.MAX_HEAD + " bytes");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, length * 2);
            }
            line[length++] = (byte) next;
        }
    }
}
