package dev.weft.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An option of an IPv4 header (RFC 791 §3.1 "Options"). The end of the list is not one of them: it is written where
 * padding is needed and ends the list when read.
 */
public sealed interface Ipv4Option {

    /** Type of the end of the list, one byte without a length. */
    int END = 0;
    /** Type of the byte that means nothing. */
    int NOP = 1;
    /** Type of {@link RecordRoute}. */
    int RECORD_ROUTE = 7;
    /** Type of {@link Timestamp}. */
    int TIMESTAMP = 68;
    /** Type of a loose {@link SourceRoute}. */
    int LOOSE_SOURCE_ROUTE = 131;
    /** Type of a strict {@link SourceRoute}. */
    int STRICT_SOURCE_ROUTE = 137;
    /** Type of {@link RouterAlert}. */
    int ROUTER_ALERT = 148;

    /** Where the list of a route option begins: behind type, length and pointer. */
    int ROUTE_DATA = 3;
    /** Where the list of a timestamp option begins: behind type, length, pointer, overflow and flag. */
    int TIMESTAMP_DATA = 4;

    /** How many bytes it takes in the header. */
    int length();

    /** Writes it and returns how many bytes it took. */
    int emit(MemorySegment segment, long offset);

    /** One byte that means nothing, to align what follows. */
    record NoOperation() implements Ipv4Option {

        @Override
        public int length() {
            return 1;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, NOP);
            return 1;
        }
    }

    /**
     * Routers the packet is to visit.
     *
     * @param strict whether no other router may lie between
     * @param pointer which byte of the option is next, counted from 1: 4 at first
     * @param route the addresses, at most 9
     */
    record SourceRoute(boolean strict, int pointer, List<Ipv4Address> route) implements Ipv4Option {

        /** Checks the pointer and copies the list. */
        public SourceRoute {
            route = checkRoute(pointer, route);
        }

        @Override
        public int length() {
            return ROUTE_DATA + 4 * route.size();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            return emitRoute(strict ? STRICT_SOURCE_ROUTE : LOOSE_SOURCE_ROUTE, pointer, route, segment, offset);
        }
    }

    /**
     * Room in which routers write their addresses.
     *
     * @param pointer which byte of the option is next, counted from 1: 4 at first
     * @param route the addresses, at most 9
     */
    record RecordRoute(int pointer, List<Ipv4Address> route) implements Ipv4Option {

        /** Checks the pointer and copies the list. */
        public RecordRoute {
            route = checkRoute(pointer, route);
        }

        @Override
        public int length() {
            return ROUTE_DATA + 4 * route.size();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            return emitRoute(RECORD_ROUTE, pointer, route, segment, offset);
        }
    }

    /**
     * Room in which routers write when the packet came by.
     *
     * @param pointer which byte of the option is next, counted from 1: 5 at first
     * @param overflow how many routers found no room, 0 to 15
     * @param flag 0: times, 1: addresses and times, 3: as 1 with the addresses given; 0 to 15
     * @param data the room, a multiple of 4 bytes, at most 36
     */
    record Timestamp(int pointer, int overflow, int flag, Octets data) implements Ipv4Option {

        /** Checks the ranges. */
        public Timestamp {
            check(pointer > TIMESTAMP_DATA && pointer <= 0xff, "pointer", pointer);
            check(overflow >>> 4 == 0, "overflow", overflow);
            check(flag >>> 4 == 0, "flag", flag);
            check(data.length() % 4 == 0 && data.length() <= 36, "length of the data", data.length());
        }

        @Override
        public int length() {
            return TIMESTAMP_DATA + data.length();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, TIMESTAMP);
            Bytes.set8(segment, offset + 1, length());
            Bytes.set8(segment, offset + 2, pointer);
            Bytes.set8(segment, offset + 3, overflow << 4 | flag);
            data.emit(segment, offset + TIMESTAMP_DATA);
            return length();
        }
    }

    /**
     * Asks routers to look at the packet (RFC 2113).
     *
     * @param value 0: all routers look; 0 to 65,535
     */
    record RouterAlert(int value) implements Ipv4Option {

        /** Checks the range. */
        public RouterAlert {
            check(value >>> 16 == 0, "value", value);
        }

        @Override
        public int length() {
            return 4;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, ROUTER_ALERT);
            Bytes.set8(segment, offset + 1, 4);
            Bytes.set16(segment, offset + 2, value);
            return 4;
        }
    }

    /**
     * An option of a type that Weft does not know.
     *
     * @param type none of those above, 0 to 255
     * @param data what follows the length byte, at most 38 bytes
     */
    record Unknown(int type, Octets data) implements Ipv4Option {

        /** Checks the ranges. */
        public Unknown {
            boolean known = switch (type) {
                case END, NOP, RECORD_ROUTE, TIMESTAMP, LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE, ROUTER_ALERT -> true;
                default -> false;
            };
            check(type >>> 8 == 0 && !known, "type", type);
            check(data.length() <= 38, "length of the data", data.length());
        }

        @Override
        public int length() {
            return 2 + data.length();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, type);
            Bytes.set8(segment, offset + 1, length());
            data.emit(segment, offset + 2);
            return length();
        }
    }

    /** Reads the options from {@code at} to {@code end}, which {@link Ipv4View} has found to be legal. */
    static List<Ipv4Option> parseLegal(MemorySegment segment, long at, long end) {
        var options = new ArrayList<Ipv4Option>();
        while (at < end) {
            int type = Bytes.u8(segment, at);
            if (type == END) {
                break;
            }
            if (type == NOP) {
                options.add(new NoOperation());
                at++;
                continue;
            }
            int length = Bytes.u8(segment, at + 1);
            options.add(switch (type) {
                case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> new SourceRoute(type == STRICT_SOURCE_ROUTE,
                        Bytes.u8(segment, at + 2), route(segment, at, length));
                case RECORD_ROUTE -> new RecordRoute(Bytes.u8(segment, at + 2), route(segment, at, length));
                case TIMESTAMP -> new Timestamp(Bytes.u8(segment, at + 2), Bytes.u8(segment, at + 3) >>> 4,
                        Bytes.u8(segment, at + 3) & 0xf,
                        Octets.copyOf(segment, at + TIMESTAMP_DATA, length - TIMESTAMP_DATA));
                case ROUTER_ALERT -> new RouterAlert(Bytes.u16(segment, at + 2));
                default -> new Unknown(type, Octets.copyOf(segment, at + 2, length - 2));
            });
            at += length;
        }
        return options;
    }

    private static List<Ipv4Address> route(MemorySegment segment, long at, int length) {
        var route = new ArrayList<Ipv4Address>();
        for (int i = ROUTE_DATA; i < length; i += 4) {
            route.add(new Ipv4Address(Bytes.i32(segment, at + i)));
        }
        return route;
    }

    private static List<Ipv4Address> checkRoute(int pointer, List<Ipv4Address> route) {
        check(pointer > ROUTE_DATA && pointer <= 0xff, "pointer", pointer);
        check(route.size() <= 9, "number of addresses", route.size());
        return List.copyOf(route);
    }

    private static int emitRoute(int type, int pointer, List<Ipv4Address> route, MemorySegment segment, long offset) {
        int length = ROUTE_DATA + 4 * route.size();
        Bytes.set8(segment, offset, type);
        Bytes.set8(segment, offset + 1, length);
        Bytes.set8(segment, offset + 2, pointer);
        long at = offset + ROUTE_DATA;
        for (Ipv4Address address : route) {
            Bytes.set32(segment, at, address.bits());
            at += 4;
        }
        return length;
    }

    private static void check(boolean legal, String what, int value) {
        Ranges.check(legal, "an IPv4 option", what, value);
    }
}
