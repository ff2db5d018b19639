package dev.weft.wire;

/**
 * What is wrong with bytes that are not a legal packet. Each constant is at once documentation, the name of a counter and
 * the vocabulary of tests; parsers return one instead of throwing (D10).
 */
public sealed interface Defect {

    /** The name of the constant. */
    String name();

    /** Defects of an Ethernet frame. */
    enum Ethernet implements Defect {
        /** IEEE 802.3-2022 §3.1.1: a frame begins with two addresses and a type or length, 14 bytes; this is shorter. */
        HEADER_CUT,
        /** IEEE 802.3-2022 §3.2.6: the field is a length up to 1500 or a type from 1536 on; it is neither. */
        UNDEFINED_TYPE,
        /** IEEE 802.3-2022 §3.2.6: the field is a length, and the frame ends before that many bytes. */
        LENGTH_BEYOND_FRAME
    }

    /** Defects of an ARP packet. */
    enum Arp implements Defect {
        /** RFC 826 "Packet format": 28 bytes for IPv4 over Ethernet; the frame ends before. */
        PACKET_CUT,
        /** RFC 826 "Packet Reception": the hardware is not Ethernet (1). */
        UNKNOWN_HARDWARE,
        /** RFC 826 "Packet Reception": the protocol is not IPv4. */
        UNKNOWN_PROTOCOL,
        /** RFC 826 "Packet Reception": an Ethernet address has 6 bytes, an IPv4 address 4; the packet says otherwise. */
        BAD_ADDRESS_LENGTH,
        /** RFC 826 "Definitions": the operation is neither request (1) nor reply (2). */
        UNKNOWN_OPERATION
    }

    /** Defects of an IPv4 header. */
    enum Ipv4 implements Defect {
        /** RFC 791 §3.1: a header has at least 20 bytes; the packet ends before. */
        HEADER_CUT,
        /** RFC 1122 §3.2.1.1: a version other than 4 is discarded silently. */
        BAD_VERSION,
        /** RFC 791 §3.1: the smallest correct header length is 5 words. */
        HEADER_LENGTH_TOO_SMALL,
        /** RFC 791 §3.1: the header length reaches beyond the bytes there are. */
        HEADER_BEYOND_FRAME,
        /** RFC 791 §3.1: the total length counts the header, and is less than that. */
        TOTAL_LENGTH_TOO_SMALL,
        /** RFC 791 §3.1: the total length is more than the bytes there are. */
        TOTAL_LENGTH_BEYOND_FRAME,
        /** RFC 1122 §3.2.1.2: the header checksum is verified, and what fails is discarded silently. */
        BAD_CHECKSUM,
        /** RFC 791 §3.1: a fragment that is not the last carries a multiple of 8 bytes, and some. */
        FRAGMENT_NOT_MULTIPLE_OF_8,
        /** RFC 791 §3.1: no datagram is longer than 65,535 bytes, and this fragment would lie beyond that. */
        FRAGMENT_TOO_LONG,
        /** RFC 791 §3.1 "Options": an option's length counts its type and length bytes, so it is at least 2. */
        OPTION_LENGTH_TOO_SMALL,
        /** RFC 791 §3.1 "Options": an option reaches beyond the end of the header. */
        OPTION_BEYOND_HEADER,
        /** RFC 791 §3.1, RFC 2113 §2.1: an option of a known type has a length that this type cannot have. */
        BAD_OPTION_LENGTH,
        /** RFC 791 §3.1: the pointer of a route or timestamp option is less than the smallest legal value. */
        BAD_OPTION_POINTER
    }

    /** Defects of an ICMP message for IPv4. */
    enum Icmp implements Defect {
        /** RFC 792: every message has 8 bytes before its data; the packet ends before. */
        HEADER_CUT,
        /** RFC 792 "Checksum": the sum over the whole message is wrong. */
        BAD_CHECKSUM,
        /** RFC 792: the message is of a type with fixed fields behind the first 8 bytes, and ends before them. */
        BODY_CUT,
        /** RFC 1122 §3.2.2: an error quotes the header of the packet it is about; this one has not even 20 bytes of it. */
        QUOTE_CUT
    }

    /** Defects of a UDP datagram. */
    enum Udp implements Defect {
        /** RFC 768 "Format": a header has 8 bytes; the packet ends before. */
        HEADER_CUT,
        /** RFC 768 "Fields": the length counts the header, so its minimum is 8. */
        LENGTH_TOO_SMALL,
        /** RFC 768 "Fields": the length is more than what the IP packet carries. */
        LENGTH_BEYOND_PACKET
    }

    /** Defects of a TCP segment. */
    enum Tcp implements Defect {
        /** RFC 9293 §3.1: a header has at least 20 bytes; the packet ends before. */
        HEADER_CUT,
        /** RFC 9293 §3.1: the data offset is less than the 5 words that are always there. */
        DATA_OFFSET_TOO_SMALL,
        /** RFC 9293 §3.1: the data offset reaches beyond the end of the segment. */
        DATA_OFFSET_BEYOND_SEGMENT,
        /** RFC 9293 §3.1 (MUST-7): an option's length counts its kind and length bytes, so it is at least 2. */
        OPTION_LENGTH_TOO_SMALL,
        /** RFC 9293 §3.1 (MUST-7): an option reaches beyond the end of the header. */
        OPTION_BEYOND_HEADER
    }
}
