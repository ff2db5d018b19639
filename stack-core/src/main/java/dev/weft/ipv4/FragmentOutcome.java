package dev.weft.ipv4;

/** What became of a fragment that was put into the {@link FragmentCache}; also the names of its counters. */
enum FragmentOutcome {

    /** RFC 791 §3.2: kept until the rest has come. */
    STORED,
    /** RFC 791 §3.2: it was the last one missing; the datagram goes up. */
    COMPLETED,
    /** RFC 1122 §3.3.2, RFC 791 §3.2: exactly this fragment was here already, with the same bytes; ignored. */
    DUPLICATE,
    /**
     * RFC 8900 §3.7, RFC 1858 §3: it overlaps another one, and so may say two things at once about the same bytes. Nobody
     * sends that in earnest: the datagram is dropped and what else comes of it until its time has run out.
     */
    OVERLAP,
    /** RFC 8900 §3.7: part of a datagram that was dropped before, for {@link #OVERLAP} or another contradiction. */
    OF_DROPPED_DATAGRAM,
    /** RFC 791 §3.2: the fragments disagree on where the datagram ends; treated as an overlap. */
    CONTRADICTORY_LENGTH,
    /** RFC 791 §3.1: the datagram would be longer than 65,535 bytes with its header. */
    DATAGRAM_TOO_LONG,
    /** RFC 791 §3.1: a last fragment without a byte: there is nothing it could complete. */
    EMPTY_FRAGMENT,
    /** RFC 3168 §5.3: some fragments met congestion (CE) and others were sent as not ECN-capable; dropped, so that the mark is not lost. */
    CONTRADICTORY_ECN,
    /** RFC 1122 §3.3.2 leaves buffers to the host: no memory left, and nobody who holds more to take it from. */
    NO_MEMORY
}
