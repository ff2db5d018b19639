package dev.weft.tcp.core.open;

/**
 * What an attempt at fast open has taught about the server and the path to it (RFC 7413 §4.1.3 and §4.1.3.1).
 *
 * @param cookie what the server gave; null if it gave none
 * @param peerMss the MSS that it announced
 * @param answered whether a SYN,ACK has come
 * @param usedCookie whether the SYN carried data with a cookie
 * @param dataAcknowledged whether the SYN,ACK acknowledged some of that data
 * @param synLost whether the SYN with the option remained unanswered until the timer fired: maybe for its sake
 */
public record FastOpenOutcome(FastOpenCookie cookie, int peerMss, boolean answered, boolean usedCookie,
                              boolean dataAcknowledged, boolean synLost) {
}
