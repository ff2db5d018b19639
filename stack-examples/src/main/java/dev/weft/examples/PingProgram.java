package dev.weft.examples;

import dev.weft.NetworkStack;
import dev.weft.icmp.PingOptions;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ping}: asks a host for echoes. */
@Command(name = "ping", mixinStandardHelpOptions = true, description = "Sends ICMP echo requests over Weft. Ends with 0 "
        + "when an answer came, 1 when none did.")
final class PingProgram implements Callable<Integer> {

    @Mixin
    private LinkOptions link = new LinkOptions();

    @Parameters(paramLabel = "HOST", description = "A numeric address.")
    private String host;

    private int count = 4;
    private int size = 56;
    private double interval = 1;
    private double timeout = 10;

    @Option(names = {"-c", "--count"}, paramLabel = "N", description = "How many requests; default: 4.")
    void setCount(int requests) {
        count = requests > 0 ? requests : bad("-c " + requests + ": from 1");
    }

    @Option(names = {"-s", "--size"}, paramLabel = "BYTES", description = "Bytes of payload in each, 0 to "
            + PingOptions.MAX_LENGTH + "; default: 56.")
    void setSize(int bytes) {
        size = bytes >= 0 && bytes <= PingOptions.MAX_LENGTH ? bytes
                : bad("-s " + bytes + ": from 0 to " + PingOptions.MAX_LENGTH);
    }

    @Option(names = {"-i", "--interval"}, paramLabel = "S", description = "Seconds from one to the next; default: 1.")
    void setInterval(double seconds) {
        interval = seconds >= 0 && seconds <= 3600 ? seconds : bad("-i " + seconds + ": from 0 to 3600");
    }

    @Option(names = {"-W", "--timeout"}, paramLabel = "S", description = "Seconds to wait for each answer; default: 10.")
    void setTimeout(double seconds) {
        timeout = seconds > 0 && seconds <= 3600 ? seconds : bad("-W " + seconds + ": more than 0, up to 3600");
    }

    private int bad(String message) {
        throw link.wrong(message);
    }

    @Override
    public Integer call() throws Exception {
        IpAddress destination = link.numeric(host);
        link.check();
        PingOptions options = PingOptions.defaults().length(size).timeout(nanos(timeout));
        int answered = 0;
        long lowest = Long.MAX_VALUE;
        long highest = 0;
        long sum = 0;
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()))) {
            System.out.printf("PING %s: %d bytes%n", destination, size);
            for (int sequence = 1; sequence <= count; sequence++) {
                if (sequence > 1) {
                    Thread.sleep(nanos(interval));
                }
                try {
                    long nanos = stack.icmp().ping(destination, options).toNanos();
                    System.out.printf(Locale.ROOT, "%d bytes from %s: seq=%d time=%.3f ms%n", size + 8, destination,
                            sequence, nanos / 1e6);
                    answered++;
                    lowest = Math.min(lowest, nanos);
                    highest = Math.max(highest, nanos);
                    sum += nanos;
                } catch (IOException e) {
                    System.out.printf("seq=%d: %s%n", sequence, e.getMessage());
                }
            }
        }
        System.out.printf("%d sent, %d answered%n", count, answered);
        if (answered > 0) {
            System.out.printf(Locale.ROOT, "rtt min/avg/max = %.3f/%.3f/%.3f ms%n", lowest / 1e6,
                    sum / 1e6 / answered, highest / 1e6);
        }
        return answered > 0 ? 0 : 1;
    }

    private static Duration nanos(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
