package dev.weft.tcp.core;

/**
 * What came of a {@link PathSimulation}; of the time after the start where nothing else is said.
 *
 * @param utilisation bytes delivered in order, of those the bottleneck could have carried as payload
 * @param withStart the same of the whole time
 * @param retransmitted segments sent again, of all
 * @param queueDelayMillis mean time in the queue
 * @param jain Jain's index of the flows' goodput: 1 when all are equal, 1/n when one has all
 * @param goodput of each flow in Mbit/s
 * @param timeouts retransmission time-outs in the whole time
 * @param timers how often a timer of a sender fired in the whole time
 */
record PathFigures(double utilisation, double withStart, double retransmitted, double queueDelayMillis, double jain,
                   double[] goodput, long timeouts, long timers) {
}
