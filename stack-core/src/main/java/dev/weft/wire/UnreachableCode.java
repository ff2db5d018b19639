package dev.weft.wire;

/** Why a destination is unreachable: the codes of ICMP type 3, in their order from 0 on. */
public enum UnreachableCode {

    /** RFC 792. */
    NET_UNREACHABLE,
    /** RFC 792. */
    HOST_UNREACHABLE,
    /** RFC 792: the host does not know the protocol; a hard error (RFC 1122 §4.2.3.9). */
    PROTOCOL_UNREACHABLE,
    /** RFC 792: nobody is at the port; a hard error (RFC 1122 §4.2.3.9). */
    PORT_UNREACHABLE,
    /** RFC 792, RFC 1191 §4: too long for the next link, and "don't fragment" is set. */
    FRAGMENTATION_NEEDED,
    /** RFC 792. */
    SOURCE_ROUTE_FAILED,
    /** RFC 1122 §3.2.2.1. */
    NET_UNKNOWN,
    /** RFC 1122 §3.2.2.1. */
    HOST_UNKNOWN,
    /** RFC 1122 §3.2.2.1; obsolete (RFC 1812 §5.2.7.1). */
    SOURCE_HOST_ISOLATED,
    /** RFC 1122 §3.2.2.1. */
    NET_PROHIBITED,
    /** RFC 1122 §3.2.2.1. */
    HOST_PROHIBITED,
    /** RFC 1122 §3.2.2.1. */
    NET_UNREACHABLE_FOR_TOS,
    /** RFC 1122 §3.2.2.1. */
    HOST_UNREACHABLE_FOR_TOS,
    /** RFC 1812 §5.2.7.1: a filter forbids it. */
    COMMUNICATION_PROHIBITED,
    /** RFC 1812 §5.2.7.1. */
    HOST_PRECEDENCE_VIOLATION,
    /** RFC 1812 §5.2.7.1. */
    PRECEDENCE_CUTOFF;

    private static final UnreachableCode[] CODES = values();

    /** The number in the message, 0 to 15. */
    public int code() {
        return ordinal();
    }

    /** The constant with this number, or null if there is none. Makes no garbage. */
    public static UnreachableCode of(int code) {
        return code >= 0 && code < CODES.length ? CODES[code] : null;
    }
}
