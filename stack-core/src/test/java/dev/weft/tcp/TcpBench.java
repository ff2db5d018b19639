package dev.weft.tcp;

import dev.weft.device.FrameBatch;
import dev.weft.device.LinkCast;
import dev.weft.device.OutFrame;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.ip.TransportErrors;
import dev.weft.link.Link;
import dev.weft.link.LinkReader;
import dev.weft.resource.Counters;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Suspension;
import dev.weft.runtime.TimerWheel;
import dev.weft.runtime.VirtualClock;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.testing.FakeLink;
import dev.weft.wire.Bytes;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.TcpView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * TCP over an IP layer that the test holds in its hand: the test is the reader, tells the time, and plays all peers, as many as
 * it likes and from whatever addresses.
 */
final class TcpBench implements IpLayer, AutoCloseable {

    static final IpAddress OWN = Ipv4Address.of("10.0.0.1");

    /** What was sent, and to which port of whom. */
    record Sent(IpAddress to, int port, TcpSegment segment, byte[] text) {
    }

    final VirtualClock clock = new VirtualClock();
    final Counters counters = new Counters();
    final Deque<Sent> sent = new ArrayDeque<>();
    final Tcp tcp;
    final FakeLink link = FakeLink.rawIp("bench0", 1500);
    private final TimerWheel wheel = new TimerWheel();
    private final FrameBatch batch = new FrameBatch(1);
    private final IpPacket packet = new IpPacket();
    /** Whether the device has no room. */
    boolean full;
    /** What happens while a segment is being sent, once: somebody answers faster than the call returns. */
    Runnable whileSending;
    /** What paths were told: MTUs of routers, and how often they are under suspicion. */
    final List<Integer> tooBig = new ArrayList<>();
    int suspicions;
    private IpProtocolHandler handler;
    private TransportErrors errors;

    TcpBench(TcpSettings settings) {
        this(settings, 1);
    }

    /** With other chance, and so other keys. */
    TcpBench(TcpSettings settings, int seed) {
        clock.advance(Duration.ofHours(1));
        wheel.advance(clock.nanoTime());
        link.timers = new LinkReader() {
            @Override
            public void schedule(TimerWheel.Timer timer, long deadline) {
                wheel.schedule(timer, deadline);
            }

            @Override
            public void cancel(TimerWheel.Timer timer) {
                wheel.cancel(timer);
            }

            @Override
            public void execute(Runnable task) {
                task.run();
            }
        };
        tcp = new Tcp(this, clock, Randomness.seeded(seed), counters, settings);
    }

    long count(String name) {
        return counters.value(name);
    }

    /** Delivers a segment from {@code port} of {@code from} to {@code toPort}, as a reader does. */
    void deliver(IpAddress from, int port, int toPort, Consumer<TcpSegment> contents) {
        deliver(from, port, toPort, new byte[0], contents);
    }

    /** The same with text. */
    void deliver(IpAddress from, int port, int toPort, byte[] text, Consumer<TcpSegment> contents) {
        var segment = new TcpSegment();
        segment.window = 60_000;
        contents.accept(segment);
        segment.payload.clear();
        segment.payload.add(MemorySegment.ofArray(text), 0, text.length);
        try (Arena arena = Arena.ofConfined()) {
            int header = TcpSegmentCodec.headerLength(segment);
            MemorySegment bytes = arena.allocate(header + text.length);
            TcpSegmentCodec.write(segment, bytes, 0, port, toPort, from.hi(), from.lo(), OWN.hi(), OWN.lo());
            MemorySegment.copy(MemorySegment.ofArray(text), 0, bytes, header, text.length);
            batch.begin(clock.nanoTime());
            packet.arrival(link, batch, LinkCast.UNICAST);
            packet.addresses(from.hi(), from.lo(), OWN.hi(), OWN.lo());
            packet.fields(IpProtocol.TCP, 0, 64);
            packet.payload(bytes, 0, header + text.length, false, false);
            Suspension.forbid("a reader", () -> {
                handler.handle(packet);
                endBatch();
            });
        }
    }

    private void endBatch() {
        for (int i = 0; batch.nextTask(i) != null; i++) {
            batch.nextTask(i).afterBatch(clock.nanoTime());
        }
        batch.end();
    }

    /** Lets time pass, in which timers fire. */
    void waits(Duration time) {
        long until = clock.nanoTime() + time.toNanos();
        Suspension.forbid("a reader", () -> {
            while (clock.nanoTime() < until) {
                long next = Math.min(until, Math.max(clock.nanoTime(), wheel.nextDeadline()));
                clock.advanceTo(next);
                wheel.expire(next);
                for (TimerWheel.Timer timer = wheel.pollExpired(); timer != null; timer = wheel.pollExpired()) {
                    TimerWheel.fire(timer, next);
                }
                if (wheel.nextDeadline() > until) {
                    clock.advanceTo(until);
                }
            }
        });
    }

    /** The oldest segment sent that nobody has looked at; fails if there is none. */
    Sent next() {
        return sent.remove();
    }

    @Override
    public void handle(int protocol, IpProtocolHandler set) {
        handler = set;
    }

    @Override
    public void onError(int protocol, TransportErrors set) {
        errors = set;
    }

    /** An ICMP error comes that quotes a segment with this number that was sent from {@code port} to {@code toPort} of {@code to}. */
    void complains(IcmpErrorKind kind, int mtu, int port, IpAddress to, int toPort, int seq) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment quoted = arena.allocate(8);
            Bytes.set16(quoted, TcpHeader.SOURCE_PORT, port);
            Bytes.set16(quoted, TcpHeader.DESTINATION_PORT, toPort);
            Bytes.set32(quoted, TcpHeader.SEQ, seq);
            errors.error(kind, mtu, OWN.hi(), OWN.lo(), to.hi(), to.lo(), quoted, 0, 8);
        }
    }

    @Override
    public IpPath path(IpAddress local, IpAddress remote) {
        return new Path(local == null ? OWN : local, remote);
    }

    @Override
    public boolean isLocal(long hi, long lo) {
        return hi == OWN.hi() && lo == OWN.lo();
    }

    @Override
    public IcmpErrors errors() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        tcp.fail(null);
        tcp.shutdown(0);
        tcp.close();
        link.close();
    }

    private final class Path implements IpPath {

        private final IpAddress local;
        private final IpAddress remote;

        Path(IpAddress local, IpAddress remote) {
            this.local = local;
            this.remote = remote;
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
            return link.mtu();
        }

        @Override
        public int mtuVersion() {
            return 0;
        }

        @Override
        public void tooBig(int mtu) {
            tooBig.add(mtu);
        }

        @Override
        public boolean isGroup() {
            return false;
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public boolean send(OutFrame frame, int protocol, int hopLimit, int trafficClass, boolean dontFragment) {
            if (full) {
                return false;
            }
            byte[] bytes = new byte[frame.length()];
            frame.copyTo(MemorySegment.ofArray(bytes), 0);
            var view = new TcpView();
            if (view.wrap(MemorySegment.ofArray(bytes), 0, bytes.length) != null
                    || !view.checksumCorrect(local.hi(), local.lo(), remote.hi(), remote.lo())) {
                throw new AssertionError("malformed: " + view);
            }
            var segment = new TcpSegment();
            TcpSegmentCodec.read(view, segment);
            byte[] text = java.util.Arrays.copyOfRange(bytes, view.headerLength(), bytes.length);
            sent.add(new Sent(remote, view.destinationPort(), segment, text));
            Runnable answer = whileSending;
            whileSending = null;
            if (answer != null) {
                answer.run();
            }
            return true;
        }

        @Override
        public int send(OutFrame[] frames, int from, int to, int protocol, int hopLimit, int trafficClass,
                        boolean dontFragment) {
            int taken = 0;
            while (from + taken < to && send(frames[from + taken], protocol, hopLimit, trafficClass, dontFragment)) {
                taken++;
            }
            return taken;
        }

        @Override
        public void confirm() {
            // the neighbour is the test
        }

        @Override
        public void suspect() {
            suspicions++;
        }
    }
}
