package dev.weft.icmp;

/**
 * Why a received ICMP message was not acted upon; counters {@code icmp.in.…}. What is wrong with malformed ones says
 * {@link dev.weft.wire.Defect.Icmp}, counted under the same prefix.
 */
public enum IcmpDiscard {

    /** RFC 1122 §3.2.2.6: an echo request to a broadcast or group may be discarded, and is: answers to it are a weapon (RFC 6274 §4.1.2). */
    ECHO_TO_GROUP,
    /** {@link IcmpOptions#answerEchoes} is off. */
    ECHO_NOT_ANSWERED,
    /** The answer to an echo could not be sent: no way back, no frame, or a full device. */
    ECHO_REPLY_DROPPED,
    /** RFC 1122 §3.2.2.6: an echo reply that no ping of ours waits for, or that says something else than was asked. */
    REPLY_NOT_AWAITED,
    /** RFC 1122 §3.2.2: an error sent to a broadcast or group; errors are about a packet of one host. */
    ERROR_TO_GROUP,
    /** RFC 1122 §3.2.2: the quoted header cannot be read. */
    QUOTE_MALFORMED,
    /** RFC 5927 §4.1, RFC 1122 §3.2.2: the quoted packet does not come from the address that the error was sent to, so we did not send it. */
    QUOTE_NOT_OURS,
    /** RFC 792: an error quotes at least 8 bytes behind the header; with fewer nobody can tell whom it concerns. */
    QUOTE_TOO_SHORT,
    /** RFC 1122 §3.2.2: no error is sent about a fragment but the first, and this one is; it has no transport header. */
    QUOTE_OF_LATER_FRAGMENT,
    /**
     * RFC 1191 §4: "fragmentation needed" about a packet that may be fragmented, or is not longer than the MTU told: a message
     * that contradicts itself is forged or broken (RFC 5927 §7).
     */
    QUOTE_NOT_TOO_BIG,
    /** RFC 1122 §3.2.2: no transport here sent packets of the quoted protocol. */
    NOBODY_CONCERNED,
    /** RFC 1122 §3.2.2: an error of a known type with a code that means nothing. */
    UNKNOWN_CODE,
    /**
     * {@code Deviation:} from RFC 1122 §3.2.2.2, by which a host changes its routes as a redirect says: whoever can send one would
     * become our router (RFC 6274 §4.2.4), and the gateway forwards in any case.
     */
    REDIRECT,
    /** RFC 6633 §3: source quench is ignored. */
    SOURCE_QUENCH,
    /** RFC 1122 §3.2.2.7 to §3.2.2.9, RFC 6918: timestamps need no answer, information and address masks must not get one. */
    NOT_SUPPORTED,
    /** RFC 1122 §3.2.2: messages of unknown type are discarded silently. */
    UNKNOWN_TYPE
}
