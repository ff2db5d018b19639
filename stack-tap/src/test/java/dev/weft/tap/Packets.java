package dev.weft.tap;

import java.util.Arrays;

/** Frames as arrays, built and read by hand: what the kernel makes of them is the oracle, not Weft's own formats. */
final class Packets {

    /** The address that the test's side answers ARP questions with. */
    static final byte[] OUR_MAC = {2, 0, 0, 0, 0, 2};

    private Packets() {
    }

    /** A reply to {@code frame} if that is an ARP request (RFC 826), else null. */
    static byte[] arpReply(byte[] frame) {
        if (frame.length < 42 || frame[12] != 8 || frame[13] != 6 || frame[21] != 1) {
            return null;
        }
        byte[] reply = Arrays.copyOf(frame, 42);
        System.arraycopy(frame, 6, reply, 0, 6);
        System.arraycopy(OUR_MAC, 0, reply, 6, 6);
        reply[21] = 2;
        System.arraycopy(OUR_MAC, 0, reply, 22, 6);
        System.arraycopy(frame, 38, reply, 28, 4);
        System.arraycopy(frame, 22, reply, 32, 10);
        return reply;
    }

    /**
     * A reply to {@code frame} if that is an ICMP echo request (RFC 792), else null.
     *
     * @param ip where the IP header begins: 14 on Ethernet, 0 on TUN
     */
    static byte[] echoReply(byte[] frame, int ip) {
        if (frame.length < ip + 28 || frame[ip] != 0x45 || frame[ip + 9] != 1 || frame[ip + 20] != 8) {
            return null;
        }
        byte[] reply = frame.clone();
        if (ip == 14) {
            System.arraycopy(frame, 6, reply, 0, 6);
            System.arraycopy(frame, 0, reply, 6, 6);
        }
        System.arraycopy(frame, ip + 12, reply, ip + 16, 4);
        System.arraycopy(frame, ip + 16, reply, ip + 12, 4);
        reply[ip + 20] = 0;
        // The type went from 8 to 0, so the sum's complement grows by 0x0800 (RFC 1624).
        int checksum = (frame[ip + 22] & 0xff) << 8 | frame[ip + 23] & 0xff;
        checksum += 0x0800;
        checksum = (checksum & 0xffff) + (checksum >>> 16);
        reply[ip + 22] = (byte) (checksum >>> 8);
        reply[ip + 23] = (byte) checksum;
        return reply;
    }

    /** The destination port of a UDP datagram in an Ethernet frame without IP options, else −1. */
    static int udpPort(byte[] frame) {
        return frame.length >= 42 && frame[12] == 8 && frame[13] == 0 && frame[23] == 17
                ? (frame[36] & 0xff) << 8 | frame[37] & 0xff : -1;
    }
}
