package dev.weft.udp;

import dev.weft.device.FrameBatch;
import dev.weft.device.LinkCast;
import dev.weft.device.OutFrame;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.ip.RouteNotFound;
import dev.weft.ip.TransportErrors;
import dev.weft.link.Link;
import dev.weft.runtime.Suspension;
import dev.weft.testing.FakeLink;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.NoRouteToHostException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An IP layer that keeps what is sent, and whose reader is the calling thread. Its subnets are 10.0.0.0/24 and 10.0.1.0/24. */
final class FakeIp implements IpLayer, AutoCloseable {

    static final IpAddress OWN = Ipv4Address.of("10.0.0.1");
    static final IpAddress SECOND = Ipv4Address.of("10.0.1.1");
    static final IpAddress PEER = Ipv4Address.of("10.0.0.2");
    static final IpAddress OTHER = Ipv4Address.of("10.0.0.3");

    /** What was sent. */
    record Sent(IpAddress from, IpAddress to, int hopLimit, int trafficClass, boolean dontFragment, byte[] segment) {

        int sourcePort() {
            return Bytes.u16(MemorySegment.ofArray(segment), UdpHeader.SOURCE_PORT);
        }

        int destinationPort() {
            return Bytes.u16(MemorySegment.ofArray(segment), UdpHeader.DESTINATION_PORT);
        }

        int checksum() {
            return Bytes.u16(MemorySegment.ofArray(segment), UdpHeader.CHECKSUM);
        }

        byte[] payload() {
            return java.util.Arrays.copyOfRange(segment, UdpHeader.LENGTH, segment.length);
        }

        /** Whether length and checksum are right, by the rule of RFC 768 and not by the code that made them. */
        boolean isRight() {
            long sum = 0;
            byte[] pseudo = new byte[12 + segment.length + (segment.length & 1)];
            System.arraycopy(from.toBytes(), 0, pseudo, 0, 4);
            System.arraycopy(to.toBytes(), 0, pseudo, 4, 4);
            pseudo[9] = 17;
            pseudo[10] = (byte) (segment.length >>> 8);
            pseudo[11] = (byte) segment.length;
            System.arraycopy(segment, 0, pseudo, 12, segment.length);
            for (int i = 0; i < pseudo.length; i += 2) {
                sum += (pseudo[i] & 0xff) << 8 | pseudo[i + 1] & 0xff;
            }
            while (sum >>> 16 != 0) {
                sum = (sum & 0xffff) + (sum >>> 16);
            }
            return sum == 0xffff && checksum() != 0
                    && Bytes.u16(MemorySegment.ofArray(segment), UdpHeader.LENGTH_FIELD) == segment.length;
        }
    }

    final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    final AtomicInteger portUnreachables = new AtomicInteger();
    volatile boolean takes = true;
    volatile int generation;
    volatile int pathMtu = Integer.MAX_VALUE;
    private final FakeLink link = FakeLink.rawIp("fake0", 1500);
    private IpProtocolHandler handler;
    private TransportErrors listener;

    /** Delivers a datagram with a right checksum. */
    void deliver(IpAddress from, int fromPort, IpAddress to, int toPort, byte[] payload) {
        deliver(from, to, segment(from, fromPort, to, toPort, payload), castOf(to));
    }

    /** Delivers these bytes as UDP, as a reader does. */
    void deliver(IpAddress from, IpAddress to, byte[] segment, LinkCast cast) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(Math.max(1, segment.length));
            MemorySegment.copy(MemorySegment.ofArray(segment), 0, memory, 0, segment.length);
            var packet = new IpPacket();
            packet.arrival(link, new FrameBatch(1), cast);
            packet.addresses(from.hi(), from.lo(), to.hi(), to.lo());
            packet.fields(IpProtocol.UDP, 0, 64);
            packet.payload(memory, 0, segment.length, false, false);
            Suspension.forbid("a reader", () -> handler.handle(packet));
        }
    }

    /** What a reader calls. */
    IpProtocolHandler handler() {
        return handler;
    }

    static byte[] segment(IpAddress from, int fromPort, IpAddress to, int toPort, byte[] payload) {
        byte[] segment = new byte[UdpHeader.LENGTH + payload.length];
        System.arraycopy(payload, 0, segment, UdpHeader.LENGTH, payload.length);
        MemorySegment bytes = MemorySegment.ofArray(segment);
        UdpHeader.write(bytes, 0, fromPort, toPort, segment.length, 0);
        long sum = Checksum.pseudoHeader(from.hi(), from.lo(), to.hi(), to.lo(), IpProtocol.UDP, segment.length);
        Bytes.set16(bytes, UdpHeader.CHECKSUM, UdpHeader.finishChecksum(Checksum.sum(bytes, 0, segment.length, sum)));
        return segment;
    }

    /** An ICMP error about a datagram that was sent. */
    void error(IcmpErrorKind kind, IpAddress from, int fromPort, IpAddress to, int toPort) {
        byte[] quoted = segment(from, fromPort, to, toPort, new byte[0]);
        Suspension.forbid("a reader", () -> listener.error(kind, kind == IcmpErrorKind.PACKET_TOO_BIG ? 1400 : 0, from.hi(), from.lo(), to.hi(), to.lo(),
                MemorySegment.ofArray(quoted), 0, quoted.length));
    }

    private static LinkCast castOf(IpAddress to) {
        return to.isMulticast() ? LinkCast.MULTICAST : isBroadcast(to) ? LinkCast.BROADCAST : LinkCast.UNICAST;
    }

    private static boolean isBroadcast(IpAddress address) {
        return address.equals(Ipv4Address.BROADCAST) || address.toBytes()[3] == -1;
    }

    @Override
    public void handle(int protocol, IpProtocolHandler set) {
        handler = set;
    }

    @Override
    public void onError(int protocol, TransportErrors set) {
        listener = set;
    }

    @Override
    public IpPath path(IpAddress local, IpAddress remote) throws NoRouteToHostException {
        String text = remote.toString();
        boolean known = text.startsWith("10.0.") || remote.isMulticast() || isBroadcast(remote);
        if (!known) {
            throw new RouteNotFound("no way to " + remote);
        }
        return new Path(local != null ? local : text.startsWith("10.0.1.") ? SECOND : OWN, remote, generation);
    }

    @Override
    public boolean isLocal(long hi, long lo) {
        IpAddress address = IpAddress.ofBits(hi, lo);
        return address.equals(OWN) || address.equals(SECOND);
    }

    @Override
    public IcmpErrors errors() {
        return new IcmpErrors() {
            @Override
            public void portUnreachable(IpPacket about) {
                portUnreachables.incrementAndGet();
            }

            @Override
            public void protocolUnreachable(IpPacket about) {
                throw new AssertionError("UDP has a handler");
            }

            @Override
            public void reassemblyTimeExceeded(IpPacket firstFragment) {
                throw new AssertionError("not UDP's business");
            }

            @Override
            public void parameterProblem(IpPacket about, int pointer) {
                throw new AssertionError("not UDP's business");
            }
        };
    }

    @Override
    public void close() {
        link.close();
    }

    private final class Path implements IpPath {

        private final IpAddress local;
        private final IpAddress remote;
        private final int made;

        Path(IpAddress local, IpAddress remote, int made) {
            this.local = local;
            this.remote = remote;
            this.made = made;
        }

        @Override
        public IpAddress local() {
            return local;
        }

        @Override
        public IpAddress remote() {
            return remote;
        }

        @Override
        public Link link() {
            return link;
        }

        @Override
        public int mtu() {
            return Math.min(pathMtu, link.mtu());
        }

        @Override
        public int mtuVersion() {
            return pathMtu;
        }

        @Override
        public void tooBig(int mtu) {
            pathMtu = mtu;
        }

        @Override
        public boolean isGroup() {
            return castOf(remote) != LinkCast.UNICAST;
        }

        @Override
        public boolean isCurrent() {
            return made == generation;
        }

        @Override
        public boolean send(OutFrame frame, int protocol, int hopLimit, int trafficClass, boolean dontFragment) {
            if (takes) {
                byte[] bytes = new byte[frame.length()];
                frame.copyTo(MemorySegment.ofArray(bytes), 0);
                sent.add(new Sent(local, remote, hopLimit, trafficClass, dontFragment, bytes));
            }
            return takes;
        }

        @Override
        public int send(OutFrame[] all, int from, int to, int protocol, int hopLimit, int trafficClass,
                        boolean dontFragment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void confirm() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void suspect() {
            throw new UnsupportedOperationException();
        }
    }
}
