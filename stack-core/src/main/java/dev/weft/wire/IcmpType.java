package dev.weft.wire;

/** The type byte of an ICMP message for IPv4 (RFC 792). */
public final class IcmpType {

    /** Answer to {@link #ECHO_REQUEST}. */
    public static final int ECHO_REPLY = 0;
    /** Error: the packet cannot be delivered. */
    public static final int DESTINATION_UNREACHABLE = 3;
    /** Error: slow down; deprecated, to be ignored (RFC 6633). */
    public static final int SOURCE_QUENCH = 4;
    /** Error: another router is nearer. */
    public static final int REDIRECT = 5;
    /** Asks for the same bytes. */
    public static final int ECHO_REQUEST = 8;
    /** Error: the packet, or a fragment of it, was under way too long. */
    public static final int TIME_EXCEEDED = 11;
    /** Error: the header makes no sense. */
    public static final int PARAMETER_PROBLEM = 12;
    /** Asks for the time. */
    public static final int TIMESTAMP_REQUEST = 13;
    /** Answer to {@link #TIMESTAMP_REQUEST}. */
    public static final int TIMESTAMP_REPLY = 14;
    /** Asks for the number of the network; obsolete (RFC 6918 §2). */
    public static final int INFORMATION_REQUEST = 15;
    /** Answer to {@link #INFORMATION_REQUEST}. */
    public static final int INFORMATION_REPLY = 16;

    private IcmpType() {
    }

    /**
     * Whether messages of this type are about another packet, which they quote. No error is ever sent about one
     * (RFC 1122 §3.2.2).
     */
    public static boolean isError(int type) {
        return switch (type) {
            case DESTINATION_UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }
}
