package dev.weft.tcp.core;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One line of the table of figures: a path, what is wrong with it, how many flows share it, and what controls them.
 *
 * @param mbit rate of the bottleneck
 * @param rttMillis round-trip time without queue
 * @param condition what is wrong
 * @param flows how many, which begin within the first round trip
 * @param algorithm of all of them
 */
record PathCase(int mbit, int rttMillis, Condition condition, int flows, CongestionAlgorithm algorithm) {

    /** What is wrong with the path; where nothing else is said the queue has room for one bandwidth-delay product. */
    enum Condition {
        CLEAN, LOSS_01, LOSS_1, LOSS_3,
        /** Every fiftieth segment is late by up to a quarter of the round trip. */
        REORDERING,
        /** A fifth of a bandwidth-delay product. */
        SHALLOW,
        /** Four of them. */
        DEEP,
        /** What waits behind more than one is marked (RFC 3168 §5), and there is room for another. */
        ECN
    }

    private static final int[] MBIT = {1, 10, 100, 1000};
    private static final int[] RTT = {1, 20, 100, 300};
    private static final int[] FLOWS = {2, 4, 16};
    /** What several flows are put to, and where: paths on which a build can afford it. */
    private static final Condition[] SHARED = {Condition.LOSS_01, Condition.LOSS_1, Condition.SHALLOW, Condition.ECN};
    private static final int[] SHARED_MBIT = {1, 10};
    private static final int SHARED_RTT = 100;

    /** All there are: one flow under each condition, several on a clean path, and on some that are not. */
    static List<PathCase> all() {
        var cases = new ArrayList<PathCase>();
        for (int mbit : MBIT) {
            for (int rtt : RTT) {
                for (Condition condition : Condition.values()) {
                    add(cases, mbit, rtt, condition, 1);
                }
                for (int flows : FLOWS) {
                    add(cases, mbit, rtt, Condition.CLEAN, flows);
                }
            }
        }
        for (int mbit : SHARED_MBIT) {
            for (Condition condition : SHARED) {
                for (int flows : FLOWS) {
                    add(cases, mbit, SHARED_RTT, condition, flows);
                }
            }
        }
        return cases;
    }

    private static void add(List<PathCase> cases, int mbit, int rtt, Condition condition, int flows) {
        for (CongestionAlgorithm algorithm : CongestionAlgorithm.values()) {
            cases.add(new PathCase(mbit, rtt, condition, flows, algorithm));
        }
    }

    /** Whether it is simulated with each build: what takes little time, and some of the others. */
    boolean isQuick() {
        return mbit <= 10 || mbit == 100 && (rttMillis == 20 || rttMillis == 300) && flows == 1
                || mbit == 1000 && rttMillis == 100 && condition == Condition.CLEAN && flows == 1;
    }

    /**
     * The start has 30 round trips and 2 s at least: slow start needs a dozen, what it overshoots some more, and BBR three
     * rounds without growth and a drain. Then the figures are taken for 30 round trips, 6 s at least. A gigabit, at which a
     * second has 83,000 segments, has 1 s for the start, and 20 round trips or 2 s then.
     */
    private PathSimulation.Path path() {
        boolean gigabit = mbit >= 1000;
        int start = Math.max(gigabit ? 1 : 2, 30 * rttMillis / 1000);
        int steady = Math.max(gigabit ? 2 : 6, (gigabit ? 20 : 30) * rttMillis / 1000);
        var path = PathSimulation.Path.of(mbit, rttMillis).lasting(start, start + steady)
                .withFlows(flows, rttMillis * 1_000_000L / flows);
        return switch (condition) {
            case CLEAN -> path;
            case LOSS_01 -> path.withLoss(1);
            case LOSS_1 -> path.withLoss(10);
            case LOSS_3 -> path.withLoss(30);
            case REORDERING -> path.withReordering(20);
            case SHALLOW -> path.withQueue(0.2);
            case DEEP -> path.withQueue(4);
            case ECN -> path.withQueue(2).withMarks(1);
        };
    }

    PathFigures run() {
        return PathSimulation.run(path(), algorithm);
    }

    String key() {
        return mbit + "," + rttMillis + "," + condition + "," + flows + "," + algorithm;
    }

    static PathCase of(String line) {
        String[] field = line.split(",");
        return new PathCase(Integer.parseInt(field[0]), Integer.parseInt(field[1]), Condition.valueOf(field[2]),
                Integer.parseInt(field[3]), CongestionAlgorithm.valueOf(field[4]));
    }

    /** The figures that follow the key in a line. */
    static double[] figures(String line) {
        return Arrays.stream(line.split(",")).skip(5).mapToDouble(Double::parseDouble).toArray();
    }
}
