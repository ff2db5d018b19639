package dev.weft.ip;

/** A transport or other protocol above IP. Runs on the reader: must not block. */
@FunctionalInterface
public interface IpProtocolHandler {

    /**
     * Handles one packet that is for this stack and has passed every check of the IP header.
     *
     * @param packet borrowed until this returns
     * @return false when nobody takes it and the sender should hear so: IP then answers "protocol unreachable"; transports
     *     answer unknown ports themselves and return true
     */
    boolean handle(IpPacket packet);
}
