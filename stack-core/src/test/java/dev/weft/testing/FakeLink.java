package dev.weft.testing;

import dev.weft.device.ChecksumMark;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameHandler;
import dev.weft.device.LinkCast;
import dev.weft.device.LinkChange;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.link.Link;
import dev.weft.link.LinkReader;
import dev.weft.runtime.TimerWheel;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.EtherType;
import dev.weft.wire.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A link without a device, for the tests of what lies on links: it keeps what is sent, and its reader is the thread on which
 * the test delivers. One protocol handles its frames: ARP on Ethernet, IPv4 elsewhere. Any thread may send; with
 * {@link #takesFrames} a test plays a device that has no room.
 */
public final class FakeLink implements Link, LinkReader, AutoCloseable {

    /** What was sent, without the link's header. */
    public record Sent(MacAddress destination, int etherType, byte[] bytes) {

        /** As a packet of ARP. */
        public ArpPacket arp() {
            return ArpPacket.parse(MemorySegment.ofArray(bytes), 0, bytes.length).orElseThrow();
        }
    }

    /** Long enough for a frame of Ethernet that carries nothing. */
    private static final int SHORTEST_PAYLOAD = 46;

    /** Packets that were sent and not yet looked at, the oldest first. */
    public final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    /** Whether the device has room. */
    public volatile boolean takesFrames = true;
    /** How many frames wait for its reader. */
    public volatile int queueFrames = Integer.MAX_VALUE;
    /** How many calls there were with several frames. */
    public volatile int batches;

    private final String name;
    private final LinkType type;
    private final MacAddress mac;
    private final int mtu;
    private final boolean loopback;
    private final OutFramePool pool = new OutFramePool("test.fake", 64);
    private final FrameBatch batch = new FrameBatch(1);
    /** Where its timers go; null where none are expected. */
    public LinkReader timers;
    private FrameHandler handler;
    private LinkChange listener;

    private FakeLink(String name, LinkType type, MacAddress mac, int mtu, boolean loopback) {
        this.name = name;
        this.type = type;
        this.mac = mac;
        this.mtu = mtu;
        this.loopback = loopback;
    }

    /** An Ethernet, on which neighbours are told apart by their addresses. */
    public static FakeLink ethernet(String name, MacAddress mac, int mtu) {
        return new FakeLink(name, LinkType.ETHERNET, mac, mtu, false);
    }

    /** A link without link addresses. */
    public static FakeLink rawIp(String name, int mtu) {
        return new FakeLink(name, LinkType.RAW_IP, MacAddress.ZERO, mtu, false);
    }

    /** The link of a stack to itself. */
    public static FakeLink loopback() {
        return new FakeLink("lo", LinkType.RAW_IP, MacAddress.ZERO, 65_535, true);
    }

    // ---------------------------------------------------------------- what a test does

    /** Hands a packet up as if it had come in a frame to this station, at the time 0. */
    public void deliver(byte[] packet) {
        deliver(packet, LinkCast.UNICAST, 0);
    }

    /** The same with a packet of ARP, padded as Ethernet pads. */
    public void deliver(ArpPacket packet) {
        var bytes = new byte[SHORTEST_PAYLOAD];
        packet.emit(MemorySegment.ofArray(bytes), 0);
        deliver(bytes);
    }

    /** Hands a packet up as if it had come in a frame to {@code cast}; its memory is gone when this returns. */
    public void deliver(byte[] packet, LinkCast cast, long now) {
        deliver(packet, cast, now, ChecksumMark.COMPLETE);
    }

    /** The same, with a mark of what the device says about the checksum. */
    public void deliver(byte[] packet, LinkCast cast, long now, ChecksumMark mark) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, packet.length));
            MemorySegment.copy(packet, 0, memory, ValueLayout.JAVA_BYTE, 0, packet.length);
            batch.begin(now);
            Frame frame = batch.add(memory, 0, packet.length);
            frame.cast(cast);
            frame.mark(mark, 0);
            handler.handle(frame);
            batch.end();
        }
    }

    /** The next packet that was sent; fails when none comes. */
    public Sent next() throws InterruptedException {
        Sent next = sent.poll(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was sent in " + Eventually.PATIENCE.toSeconds() + " s");
        }
        return next;
    }

    /** Tells who listens that the link has come up. */
    public void goUp() {
        listener.linkChanged(true);
    }

    // ---------------------------------------------------------------- the link

    @Override
    public String name() {
        return name;
    }

    @Override
    public LinkType linkType() {
        return type;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public int queueFrames() {
        return queueFrames;
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public boolean hasLinkAddresses() {
        return type == LinkType.ETHERNET;
    }

    @Override
    public boolean isLoopback() {
        return loopback;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public void addLinkListener(LinkChange added) {
        listener = added;
    }

    @Override
    public void setHandler(int etherType, FrameHandler set) {
        if (handler != null || etherType != (hasLinkAddresses() ? EtherType.ARP : EtherType.IPV4)) {
            throw new IllegalStateException("handled already");
        }
        handler = set;
    }

    @Override
    public boolean transmit(OutFrame frame, long destinationMac, int etherType) {
        if (takesFrames) {
            byte[] bytes = new byte[frame.length()];
            frame.copyTo(MemorySegment.ofArray(bytes), 0);
            sent.add(new Sent(new MacAddress(destinationMac), etherType, bytes));
        }
        return takesFrames;
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to, long destinationMac, int etherType) {
        batches++;
        for (int i = from; i < to; i++) {
            if (!transmit(frames[i], destinationMac, etherType)) {
                return i - from;
            }
        }
        return to - from;
    }

    @Override
    public void joinMulticast(MacAddress group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void leaveMulticast(MacAddress group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LinkReader reader() {
        return this;
    }

    @Override
    public OutFramePool frames() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }

    // ---------------------------------------------------------------- its reader

    @Override
    public void schedule(TimerWheel.Timer timer, long deadline) {
        if (timers == null) {
            throw new UnsupportedOperationException();
        }
        timers.schedule(timer, deadline);
    }

    @Override
    public void cancel(TimerWheel.Timer timer) {
        if (timers == null) {
            throw new UnsupportedOperationException();
        }
        timers.cancel(timer);
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }
}
