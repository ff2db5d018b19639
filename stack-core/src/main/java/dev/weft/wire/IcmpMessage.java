package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * An ICMP message for IPv4 (RFC 792).
 * <pre>
 *  0      1      2          4                                        8
 *  ├ type ┼ code ┼ checksum ┼ identifier ┼ sequence                  ┼ data …               echo, timestamp, information
 *                           ┼ unused     ┼ next-hop MTU              ┼ quoted packet …      unreachable
 *                           ┼ gateway                                ┼ quoted packet …      redirect
 *                           ┼ pointer    ┼ unused                    ┼ quoted packet …      parameter problem
 *                           ┼ unused                                 ┼ quoted packet …      time exceeded, quench
 * </pre>
 * The checksum is not part of the value: {@link #emit} computes it, parsing verifies it. An error quotes the packet it is
 * about, at least its header and 8 bytes of payload; here {@code quoted} has at least 20 bytes.
 */
public sealed interface IcmpMessage {

    /** The length of what every message begins with. */
    int HEADER_LENGTH = 8;
    /** The length of a timestamp message. */
    int TIMESTAMP_LENGTH = 20;

    /** Where the type lies. */
    int TYPE = 0;
    /** Where the code lies. */
    int CODE = 1;
    /** Where the checksum lies. */
    int CHECKSUM = 2;
    /** Where the identifier of an echo lies. */
    int IDENTIFIER = 4;
    /** Where the pointer of a parameter problem lies. */
    int POINTER = 4;
    /** Where the router's address of a redirect lies. */
    int GATEWAY = 4;
    /** Where the sequence number of an echo lies. */
    int SEQUENCE = 6;
    /** Where the MTU of an unreachable message lies (RFC 1191 §4). */
    int NEXT_HOP_MTU = 6;
    /** Where the first of three times lies. */
    int ORIGINATE = 8;
    /** Where the second of three times lies. */
    int RECEIVE = 12;
    /** Where the last of three times lies. */
    int TRANSMIT = 16;

    /** The number of its type, see {@link IcmpType}. */
    int type();

    /** The number of its code, 0 to 255. */
    int codeNumber();

    /** The 32 bits behind the checksum. */
    int rest();

    /** What follows the first 8 bytes. */
    Octets body();

    /** The length of the message. */
    default int length() {
        return HEADER_LENGTH + body().length();
    }

    /** Writes the message with its checksum; returns its length. */
    default int emit(MemorySegment segment, long offset) {
        body().emit(segment, offset + HEADER_LENGTH);
        write(segment, offset, type(), codeNumber(), rest(), length());
        return length();
    }

    /**
     * Writes the first 8 bytes of a message whose body lies behind them already, with the checksum over both, and makes no
     * garbage.
     *
     * @param rest the 32 bits behind the checksum
     * @param length the length of the message with its body
     */
    static void write(MemorySegment segment, long offset, int type, int code, int rest, int length) {
        Bytes.set32(segment, offset, type << 24 | (code & 0xff) << 16);
        Bytes.set32(segment, offset + IDENTIFIER, rest);
        Bytes.set16(segment, offset + CHECKSUM, Checksum.finish(Checksum.sum(segment, offset, length, 0)));
    }

    /** Reads the message that begins at {@code offset}; {@link IcmpView} does the same without an object. */
    static Parsed<IcmpMessage> parse(MemorySegment segment, long offset, int length) {
        var view = new IcmpView();
        Defect.Icmp defect = view.wrap(segment, offset, length);
        return defect != null ? new Parsed.Bad<>(defect) : new Parsed.Ok<>(read(view));
    }

    /** Whether there is a record here for messages of this type and code. */
    private static boolean isKnown(int type, int code) {
        return switch (type) {
            case IcmpType.DESTINATION_UNREACHABLE -> UnreachableCode.of(code) != null;
            case IcmpType.REDIRECT -> code < Redirect.Code.values().length;
            case IcmpType.TIME_EXCEEDED -> code < TimeExceeded.Code.values().length;
            case IcmpType.PARAMETER_PROBLEM -> true;
            case IcmpType.ECHO_REQUEST, IcmpType.ECHO_REPLY, IcmpType.SOURCE_QUENCH, IcmpType.TIMESTAMP_REQUEST,
                    IcmpType.TIMESTAMP_REPLY, IcmpType.INFORMATION_REQUEST, IcmpType.INFORMATION_REPLY -> code == 0;
            default -> false;
        };
    }

    private static IcmpMessage read(IcmpView view) {
        int type = view.type();
        int code = view.code();
        Octets body = Octets.copyOf(view.segment(), view.payloadOffset(), view.payloadLength());
        if (!isKnown(type, code)) {
            return new Unknown(type, code, Bytes.i32(view.segment(), view.offset() + IDENTIFIER), body);
        }
        return switch (type) {
            case IcmpType.DESTINATION_UNREACHABLE -> new DestinationUnreachable(UnreachableCode.of(code),
                    code == UnreachableCode.FRAGMENTATION_NEEDED.code() ? view.nextHopMtu() : 0, body);
            case IcmpType.REDIRECT -> new Redirect(Redirect.Code.values()[code], new Ipv4Address(view.gateway()), body);
            case IcmpType.TIME_EXCEEDED -> new TimeExceeded(TimeExceeded.Code.values()[code], body);
            case IcmpType.PARAMETER_PROBLEM -> new ParameterProblem(code, view.pointer(), body);
            case IcmpType.SOURCE_QUENCH -> new SourceQuench(body);
            case IcmpType.ECHO_REQUEST -> new EchoRequest(view.identifier(), view.sequence(), body);
            case IcmpType.ECHO_REPLY -> new EchoReply(view.identifier(), view.sequence(), body);
            case IcmpType.TIMESTAMP_REQUEST -> new TimestampRequest(view.identifier(), view.sequence(),
                    view.originate(), view.received(), view.transmitted());
            case IcmpType.TIMESTAMP_REPLY -> new TimestampReply(view.identifier(), view.sequence(),
                    view.originate(), view.received(), view.transmitted());
            case IcmpType.INFORMATION_REQUEST -> new InformationRequest(view.identifier(), view.sequence());
            case IcmpType.INFORMATION_REPLY -> new InformationReply(view.identifier(), view.sequence());
            default -> throw new AssertionError("known type " + type);
        };
    }

    /** A question or its answer, which the identifier and the sequence number bring together (RFC 1122 §3.2.2). */
    sealed interface QueryMessage extends IcmpMessage {

        /** 0 to 65,535. */
        int identifier();

        /** 0 to 65,535. */
        int sequence();

        @Override
        default int codeNumber() {
            return 0;
        }

        @Override
        default int rest() {
            return identifier() << 16 | sequence();
        }
    }

    /** Tells what became of a packet, which it quotes (RFC 1122 §3.2.2). */
    sealed interface ErrorMessage extends IcmpMessage {

        /** The beginning of the packet that this is about, at least 20 bytes. */
        Octets quoted();

        @Override
        default int rest() {
            return 0;
        }

        @Override
        default Octets body() {
            return quoted();
        }
    }

    /**
     * Asks for the same bytes (RFC 792 "Echo").
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     * @param data what is to come back
     */
    record EchoRequest(int identifier, int sequence, Octets data) implements QueryMessage {

        /** Checks the ranges. */
        public EchoRequest {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.ECHO_REQUEST;
        }

        @Override
        public Octets body() {
            return data;
        }
    }

    /**
     * Gives back the bytes of a request.
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     * @param data what came with the request
     */
    record EchoReply(int identifier, int sequence, Octets data) implements QueryMessage {

        /** Checks the ranges. */
        public EchoReply {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.ECHO_REPLY;
        }

        @Override
        public Octets body() {
            return data;
        }
    }

    /**
     * The packet cannot be delivered (RFC 792).
     *
     * @param code why
     * @param nextHopMtu with {@code FRAGMENTATION_NEEDED}: the largest packet the next link takes, 0 if not
     *     known (RFC 1191 §4); else 0
     * @param quoted the beginning of the packet that this is about, at least 20 bytes
     */
    record DestinationUnreachable(UnreachableCode code, int nextHopMtu, Octets quoted) implements ErrorMessage {

        /** Checks the ranges. */
        public DestinationUnreachable {
            Ranges.check(nextHopMtu >>> 16 == 0 && (nextHopMtu == 0 || code == UnreachableCode.FRAGMENTATION_NEEDED),
                    "an ICMP message", "next-hop MTU", nextHopMtu);
            checkQuoted(quoted);
        }

        @Override
        public int type() {
            return IcmpType.DESTINATION_UNREACHABLE;
        }

        @Override
        public int codeNumber() {
            return code.code();
        }

        @Override
        public int rest() {
            return nextHopMtu;
        }
    }

    /**
     * Slow down; deprecated, neither sent nor heeded (RFC 6633).
     *
     * @param quoted the beginning of the packet that this is about, at least 20 bytes
     */
    record SourceQuench(Octets quoted) implements ErrorMessage {

        /** Checks the ranges. */
        public SourceQuench {
            checkQuoted(quoted);
        }

        @Override
        public int type() {
            return IcmpType.SOURCE_QUENCH;
        }

        @Override
        public int codeNumber() {
            return 0;
        }
    }

    /**
     * Another router is nearer (RFC 792).
     *
     * @param code for which packets
     * @param gateway the router's address
     * @param quoted the beginning of the packet that this is about, at least 20 bytes
     */
    record Redirect(Code code, Ipv4Address gateway, Octets quoted) implements ErrorMessage {

        /** For which packets, in the order of the numbers from 0 on. */
        public enum Code {
            /** Those to the network. */
            NETWORK,
            /** Those to the host. */
            HOST,
            /** Those to the network with this type of service. */
            NETWORK_AND_TOS,
            /** Those to the host with this type of service. */
            HOST_AND_TOS
        }

        /** Checks the ranges. */
        public Redirect {
            checkQuoted(quoted);
        }

        @Override
        public int type() {
            return IcmpType.REDIRECT;
        }

        @Override
        public int codeNumber() {
            return code.ordinal();
        }

        @Override
        public int rest() {
            return gateway.bits();
        }
    }

    /**
     * The packet was under way too long (RFC 792).
     *
     * @param code where
     * @param quoted the beginning of the packet that this is about, at least 20 bytes
     */
    record TimeExceeded(Code code, Octets quoted) implements ErrorMessage {

        /** Where the time was up, in the order of the numbers from 0 on. */
        public enum Code {
            /** The time to live came to 0 in a router. */
            IN_TRANSIT,
            /** Fragments were missing at the destination when the time for them was up. */
            IN_REASSEMBLY
        }

        /** Checks the ranges. */
        public TimeExceeded {
            checkQuoted(quoted);
        }

        @Override
        public int type() {
            return IcmpType.TIME_EXCEEDED;
        }

        @Override
        public int codeNumber() {
            return code.ordinal();
        }
    }

    /**
     * The header makes no sense (RFC 792).
     *
     * @param codeNumber 0: see the pointer; 1: an option is missing (RFC 1122 §3.2.2.5); 2: bad length; 0 to 255
     * @param pointer which byte of the quoted packet is at fault, 0 to 255
     * @param quoted the beginning of the packet that this is about, at least 20 bytes
     */
    record ParameterProblem(int codeNumber, int pointer, Octets quoted) implements ErrorMessage {

        /** Checks the ranges. */
        public ParameterProblem {
            Ranges.checkBits(8, "an ICMP message", "code", codeNumber);
            Ranges.checkBits(8, "an ICMP message", "pointer", pointer);
            checkQuoted(quoted);
        }

        @Override
        public int type() {
            return IcmpType.PARAMETER_PROBLEM;
        }

        @Override
        public int rest() {
            return pointer << 24;
        }
    }

    /**
     * Asks for the time (RFC 792).
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     * @param originate when the request was sent, in milliseconds since midnight UT
     * @param receive when it came
     * @param transmit when the reply was sent
     */
    record TimestampRequest(int identifier, int sequence, int originate, int receive, int transmit) implements QueryMessage {

        /** Checks the ranges. */
        public TimestampRequest {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.TIMESTAMP_REQUEST;
        }

        @Override
        public Octets body() {
            return times(originate, receive, transmit);
        }
    }

    /**
     * Tells the time (RFC 792).
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     * @param originate when the request was sent, in milliseconds since midnight UT
     * @param receive when it came
     * @param transmit when the reply was sent
     */
    record TimestampReply(int identifier, int sequence, int originate, int receive, int transmit) implements QueryMessage {

        /** Checks the ranges. */
        public TimestampReply {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.TIMESTAMP_REPLY;
        }

        @Override
        public Octets body() {
            return times(originate, receive, transmit);
        }
    }

    /**
     * Asks for the number of the network; obsolete (RFC 6918 §2).
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     */
    record InformationRequest(int identifier, int sequence) implements QueryMessage {

        /** Checks the ranges. */
        public InformationRequest {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.INFORMATION_REQUEST;
        }

        @Override
        public Octets body() {
            return Octets.EMPTY;
        }
    }

    /**
     * Tells the number of the network; obsolete (RFC 6918 §2).
     *
     * @param identifier 0 to 65,535
     * @param sequence 0 to 65,535
     */
    record InformationReply(int identifier, int sequence) implements QueryMessage {

        /** Checks the ranges. */
        public InformationReply {
            checkIds(identifier, sequence);
        }

        @Override
        public int type() {
            return IcmpType.INFORMATION_REPLY;
        }

        @Override
        public Octets body() {
            return Octets.EMPTY;
        }
    }

    /**
     * A message of a type or code that Weft does not know; to be discarded silently (RFC 1122 §3.2.2).
     *
     * @param type 0 to 255
     * @param codeNumber 0 to 255
     * @param rest the 32 bits behind the checksum
     * @param body what follows; at least 20 bytes where the type is that of an error, 12 where it is that of a timestamp
     */
    record Unknown(int type, int codeNumber, int rest, Octets body) implements IcmpMessage {

        /** Checks the ranges. */
        public Unknown {
            Ranges.checkBits(8, "an ICMP message", "type", type);
            Ranges.checkBits(8, "an ICMP message", "code", codeNumber);
            Ranges.check(!isKnown(type, codeNumber), "an unknown ICMP message of type " + type, "code", codeNumber);
            Ranges.check(HEADER_LENGTH + body.length() >= minimumLength(type),
                    "an ICMP message of type " + type, "length of body", body.length());
        }
    }

    /** The length of the shortest legal message of this type. */
    static int minimumLength(int type) {
        return switch (type) {
            case IcmpType.TIMESTAMP_REQUEST, IcmpType.TIMESTAMP_REPLY -> TIMESTAMP_LENGTH;
            default -> IcmpType.isError(type) ? HEADER_LENGTH + Ipv4Header.LENGTH : HEADER_LENGTH;
        };
    }

    private static void checkIds(int identifier, int sequence) {
        Ranges.checkBits(16, "an ICMP message", "identifier", identifier);
        Ranges.checkBits(16, "an ICMP message", "sequence number", sequence);
    }

    private static void checkQuoted(Octets quoted) {
        Ranges.check(quoted.length() >= Ipv4Header.LENGTH, "an ICMP error", "length of quoted packet", quoted.length());
    }

    private static Octets times(int originate, int receive, int transmit) {
        var times = MemorySegment.ofArray(new byte[TIMESTAMP_LENGTH - HEADER_LENGTH]);
        Bytes.set32(times, ORIGINATE - HEADER_LENGTH, originate);
        Bytes.set32(times, RECEIVE - HEADER_LENGTH, receive);
        Bytes.set32(times, TRANSMIT - HEADER_LENGTH, transmit);
        return Octets.copyOf(times, 0, TIMESTAMP_LENGTH - HEADER_LENGTH);
    }
}
