/**
 * What is lost, and what is done about it.
 *
 * <p>{@code Recovery} is the state (open, disorder, recovery, loss) and the place to begin. It keeps what is in flight in a
 * {@code Scoreboard} of ranges, found lost by {@code Rack} and {@code TailLossProbe} (RFC 8985), or by duplicate ACKs where SACK was
 * not agreed (RFC 6582); {@code RateReduction} (RFC 9937) takes the window down while losses are repaired, and
 * {@code SpuriousRecovery} (RFC 3522, RFC 3708) takes it up again where nothing had been lost. {@code RttEstimator} (RFC 6298) says
 * when to give up waiting, {@code Persist} when to ask a closed window. {@code SendRate} tells the congestion control about all
 * of it.
 */
package dev.weft.tcp.core.recovery;
