package dev.weft.link;

/** Why a link dropped a frame that it was to send; the sender was told. */
public enum LinkDrop {
    /** The device's queue was full: a local drop, which TCP takes for congestion (RFC 1122 §2.4 wants it reported). */
    DEVICE_FULL,
    /** The link had been closed. */
    CLOSED
}
