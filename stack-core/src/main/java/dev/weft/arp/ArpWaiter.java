package dev.weft.arp;

/** Who waits for the answer to a question. */
@FunctionalInterface
interface ArpWaiter {

    /** Called once by the daemon. */
    void answered(ArpAnswer answer);
}
