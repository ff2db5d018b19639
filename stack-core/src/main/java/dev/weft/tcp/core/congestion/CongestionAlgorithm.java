package dev.weft.tcp.core.congestion;

/** The congestion controls there are. */
public enum CongestionAlgorithm {

    /** CUBIC (RFC 9438) with HyStart++ (RFC 9406): the default, as everywhere. */
    CUBIC,
    /** NewReno (RFC 5681, RFC 6582). */
    NEW_RENO,
    /** BBR version 3 (draft-ietf-ccwg-bbr). */
    BBR;

    /**
     * A control for one connection.
     *
     * @param seed what the control's dice begin with: different for connections that share a path
     */
    public CongestionControl create(int seed) {
        return switch (this) {
            case CUBIC -> new Cubic();
            case NEW_RENO -> new NewReno();
            case BBR -> new Bbr(seed);
        };
    }
}
