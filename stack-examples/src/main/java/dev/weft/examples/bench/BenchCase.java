package dev.weft.examples.bench;

import java.util.List;

/**
 * A row of the bench.
 *
 * @param name what {@code --only} calls it
 * @param title what it is
 * @param order what {@link Load} is told, {@code HOST} being the subject; null for a row on a lossy line, which {@code path} measures
 * @param way how frames go
 * @param unit of the figures
 * @param scale amount by nanoseconds times this is the figure
 * @param expectedPinned the ratio to the kernel's that is wanted with both ends on one core; 0 where none is
 * @param expectedFree the same without a bound
 */
public record BenchCase(String name, String title, String order, Way way, String unit, double scale, double expectedPinned,
                        double expectedFree) {

    /** How frames go between the peer and the subject. */
    public enum Way {
        /** Large segments, checksums left to the device. */
        OFFLOAD(1500, true),
        /** Each frame one packet with its checksum. */
        PLAIN(1500, false),
        /** The same with long packets. */
        JUMBO(9000, false);

        private final int mtu;
        private final boolean offload;

        Way(int mtu, boolean offload) {
            this.mtu = mtu;
            this.offload = offload;
        }

        int mtu() {
            return mtu;
        }

        boolean offload() {
            return offload;
        }
    }

    private static final double GIGABITS = 8;
    private static final double PER_SECOND = 1e9;

    /** All rows, in the order in which they are measured. */
    public static final List<BenchCase> ALL = List.of(
            bulk("in-1", "bulk in, 1 flow", "in HOST 1", Way.OFFLOAD, 0.85),
            bulk("in-8", "bulk in, 8 flows", "in HOST 8", Way.OFFLOAD, 0.85),
            bulk("out-1", "bulk out, 1 flow", "out HOST 1", Way.OFFLOAD, 0.75),
            bulk("out-8", "bulk out, 8 flows", "out HOST 8", Way.OFFLOAD, 0.75),
            rate("request", "request/response of one byte", "request HOST", 1.1, 1.1),
            rate("connect", "connect, one byte each way, close", "connect HOST 8", 1.2, 1.0),
            rate("http", "HTTP requests (wrk, 16 connections)", "http HOST 16", 0.8, 0.8),
            rate("udp-in-64", "UDP in, 64 bytes", "udp-in HOST 64", 0, 0),
            rate("udp-in-1400", "UDP in, 1400 bytes", "udp-in HOST 1400", 0, 0),
            rate("udp-out-64", "UDP out, 64 bytes", "udp-out HOST 64", 0, 0),
            rate("udp-out-1400", "UDP out, 1400 bytes", "udp-out HOST 1400", 0, 0),
            bulk("in-1-plain", "bulk in, 1 flow, no offload", "in HOST 1", Way.PLAIN, 1.0),
            bulk("in-8-plain", "bulk in, 8 flows, no offload", "in HOST 8", Way.PLAIN, 1.0),
            bulk("out-1-plain", "bulk out, 1 flow, no offload", "out HOST 1", Way.PLAIN, 0.5),
            bulk("out-8-plain", "bulk out, 8 flows, no offload", "out HOST 8", Way.PLAIN, 0.5),
            bulk("in-1-9000", "bulk in, 1 flow, no offload, MTU 9000", "in HOST 1", Way.JUMBO, 0),
            bulk("out-1-9000", "bulk out, 1 flow, no offload, MTU 9000", "out HOST 1", Way.JUMBO, 0),
            lossy("in-1-loss", "bulk in, 1 flow, 0.1 % loss"),
            lossy("out-1-loss", "bulk out, 1 flow, 0.1 % loss"));

    private static BenchCase bulk(String name, String title, String order, Way way, double expected) {
        return new BenchCase(name, title, order, way, "Gbit/s", GIGABITS, expected, expected);
    }

    private static BenchCase lossy(String name, String title) {
        return new BenchCase(name, title, null, Way.PLAIN, "Mbit/s", GIGABITS * 1000, 0, 0);
    }

    private static BenchCase rate(String name, String title, String order, double pinned, double free) {
        return new BenchCase(name, title, order, Way.OFFLOAD, "/s", PER_SECOND, pinned, free);
    }

    boolean isBulk() {
        return unit.equals("Gbit/s");
    }

    boolean isLossy() {
        return order == null;
    }

    /** Whether the subject sends. */
    boolean isOut() {
        return name.startsWith("out");
    }

    /** The order for one measurement; {@code hash} has the bytes checked, too. */
    String order(String host, long millis, boolean hash) {
        return order.replace("HOST", host) + " " + millis + (isBulk() ? hash ? " hash" : " plain" : "");
    }

    double expected(boolean pinned) {
        return pinned ? expectedPinned : expectedFree;
    }
}
