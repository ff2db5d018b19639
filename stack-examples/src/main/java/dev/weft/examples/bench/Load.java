package dev.weft.examples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What loads a {@link Subject}, from the kernel's sockets: the same program whoever the subject is. One line of words is one
 * measurement, and is answered with one line of figures:
 * <pre>
 *   in HOST FLOWS MILLIS hash|plain      bytes nanoseconds
 *   out HOST FLOWS MILLIS hash|plain     bytes nanoseconds
 *   request HOST MILLIS                  count nanoseconds p50 p99, of round trips in nanoseconds
 *   connect HOST THREADS MILLIS          count nanoseconds p50 p99
 *   http HOST CONNECTIONS MILLIS         requests nanoseconds
 *   udp-in HOST LENGTH MILLIS            datagrams nanoseconds, what the subject has received
 *   udp-out HOST LENGTH MILLIS           datagrams nanoseconds, what has come from the subject
 * </pre>
 */
final class Load {

    private static final Pattern REQUESTS = Pattern.compile("Requests/sec:\\s*([0-9.]+)");
    private static final Pattern FAILED = Pattern.compile("(Non-2xx[^\n]*|Socket errors:[^\n]*)");

    private Load() {
    }

    static String run(String[] words) throws Exception {
        String host = words[1];
        return switch (words[0]) {
            case "in" -> BulkLoad.in(host, number(words[2]), number(words[3]), words[4].equals("hash"));
            case "out" -> BulkLoad.out(host, number(words[2]), number(words[3]), words[4].equals("hash"));
            case "request" -> EchoLoad.requests(host, number(words[2]));
            case "connect" -> EchoLoad.connections(host, number(words[2]), number(words[3]));
            case "http" -> http(host, number(words[2]), number(words[3]));
            case "udp-in" -> DatagramLoad.in(host, number(words[2]), number(words[3]));
            case "udp-out" -> DatagramLoad.out(host, number(words[2]), number(words[3]));
            default -> throw new IllegalArgumentException(String.join(" ", words));
        };
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    /** {@code wrk} with one thread. */
    private static String http(String host, int connections, int millis) throws IOException, InterruptedException {
        int seconds = Math.max(1, millis / 1000);
        Process wrk = new ProcessBuilder("wrk", "-t", "1", "-c", "" + connections, "-d", seconds + "s", "http://" + host + ":"
                + Subject.HTTP + "/").redirectErrorStream(true).start();
        String text = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        wrk.waitFor();
        Matcher rate = REQUESTS.matcher(text);
        Matcher failed = FAILED.matcher(text);
        if (!rate.find() || failed.find()) {
            throw new IOException("wrk: " + text.strip().replaceAll("\\s+", " "));
        }
        return Math.round(Double.parseDouble(rate.group(1)) * seconds) + " " + seconds * 1_000_000_000L;
    }
}
