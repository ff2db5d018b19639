package dev.weft.link;

/** Why a link dropped a frame that it was to send; the sender was told, where nothing else is said. */
public enum LinkDrop {
    /** The device's queue was full: a local drop, which TCP takes for congestion (RFC 1122 §2.4 wants it reported). */
    DEVICE_FULL,
    /** The link had been closed. */
    CLOSED,
    /**
     * A large segment whose first pieces the device took before it was full: these segments are lost, and their sender finds
     * out as it does of losses on the way.
     */
    PIECE_DROPPED,
    /** It was to be cut, or its checksum to be finished, and is no whole TCP segment or UDP datagram. The sender was not told. */
    UNFIT_FOR_OFFLOAD
}
