package dev.weft.stack;

import dev.weft.device.DeviceLostException;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IcmpType;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.UnreachableCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A router of IPv4 between two cables without link addresses, whose middle takes shorter packets than the cables do. What is
 * longer it fragments, where that is allowed, else drops, and says so or does not.
 */
final class MiddleNode {

    /** What the sender of a packet that was too long hears. */
    enum Says {
        /** The MTU (RFC 1191 §4). */
        THE_MTU,
        /** That it was too long, and no more, as routers did before 1990. */
        THAT_IT_WAS_TOO_LONG,
        /** Nothing: a black hole. */
        NOTHING
    }

    private static final String OWN = "10.0.0.9";
    /** RFC 792: the header and 8 bytes of what was dropped. */
    private static final int QUOTED = 28;

    volatile int mtu;
    volatile Says says;
    final AtomicInteger dropped = new AtomicInteger();
    final AtomicInteger fragmented = new AtomicInteger();
    private final Cable left;
    private final Cable right;
    private final List<Thread> threads;
    private volatile boolean closed;

    MiddleNode(int linkMtu, int mtu, Says says) {
        this.mtu = mtu;
        this.says = says;
        var options = MemoryLinkOptions.defaults().linkType(LinkType.RAW_IP).mtu(linkMtu).limits(4096, 8 << 20);
        left = new Cable(options.name("left"));
        right = new Cable(options.name("right"));
        threads = List.of(Thread.ofPlatform().start(() -> forward(left.right(), right.left())),
                Thread.ofPlatform().start(() -> forward(right.left(), left.right())));
    }

    /** Where a stack is plugged in. */
    NetDevice leftEnd() {
        return left.left();
    }

    NetDevice rightEnd() {
        return right.right();
    }

    private void forward(NetDevice from, NetDevice to) {
        var batch = new FrameBatch();
        NanoClock clock = NanoClock.system();
        try (Arena arena = Arena.ofConfined()) {
            var out = new OutFrame[] {new OutFrame(arena.allocate(OutFrame.HEAD_BYTES, 8))};
            MemorySegment memory = arena.allocate(1 << 16, 8);
            while (!closed) {
                batch.begin(clock.nanoTime());
                int count = from.receive(batch);
                for (int i = 0; i < count; i++) {
                    Frame frame = batch.frame(i);
                    route(Bytes.toArray(frame.segment(), frame.offset(), frame.length()), from, to, out, memory);
                }
                if (count == 0) {
                    from.awaitFrames(NanoClock.FOREVER);
                }
            }
        } catch (DeviceLostException e) {
            throw new IllegalStateException(e);
        }
    }

    private void route(byte[] packet, NetDevice from, NetDevice to, OutFrame[] out, MemorySegment memory) {
        MemorySegment bytes = MemorySegment.ofArray(packet);
        boolean dontFragment = (Bytes.u16(bytes, Ipv4Header.FLAGS_AND_OFFSET) & Ipv4Header.DONT_FRAGMENT) != 0;
        if (packet.length <= mtu) {
            send(packet, to, out, memory);
        } else if (!dontFragment) {
            fragmented.incrementAndGet();
            fragment(packet, to, out, memory);
        } else {
            dropped.incrementAndGet();
            if (says != Says.NOTHING) {
                send(complaint(packet), from, out, memory);
            }
        }
    }

    private void fragment(byte[] packet, NetDevice to, OutFrame[] out, MemorySegment memory) {
        int step = mtu - Ipv4Header.LENGTH & ~7;
        for (int at = Ipv4Header.LENGTH; at < packet.length; at += step) {
            int count = Math.min(step, packet.length - at);
            var part = new byte[Ipv4Header.LENGTH + count];
            System.arraycopy(packet, 0, part, 0, Ipv4Header.LENGTH);
            System.arraycopy(packet, at, part, Ipv4Header.LENGTH, count);
            MemorySegment header = MemorySegment.ofArray(part);
            Bytes.set16(header, Ipv4Header.TOTAL_LENGTH, part.length);
            Bytes.set16(header, Ipv4Header.FLAGS_AND_OFFSET, at - Ipv4Header.LENGTH >>> 3
                    | (at + count < packet.length ? Ipv4Header.MORE_FRAGMENTS : 0));
            Bytes.set16(header, Ipv4Header.CHECKSUM, 0);
            Bytes.set16(header, Ipv4Header.CHECKSUM, Checksum.finish(Checksum.sum(header, 0, Ipv4Header.LENGTH, 0)));
            send(part, to, out, memory);
        }
    }

    private byte[] complaint(byte[] packet) {
        byte[] message = new byte[8 + QUOTED];
        System.arraycopy(packet, 0, message, 8, QUOTED);
        IcmpMessage.write(MemorySegment.ofArray(message), 0, IcmpType.DESTINATION_UNREACHABLE,
                UnreachableCode.FRAGMENTATION_NEEDED.code(), says == Says.THE_MTU ? mtu : 0, message.length);
        var sender = new Ipv4Address(Bytes.i32(MemorySegment.ofArray(packet), Ipv4Header.SOURCE));
        var header = new Ipv4Header(0, message.length, 0, false, false, 0, 64, IpProtocol.ICMP, Ipv4Address.of(OWN), sender,
                List.of());
        byte[] whole = Arrays.copyOf(new byte[0], header.totalLength());
        System.arraycopy(message, 0, whole, header.emit(MemorySegment.ofArray(whole), 0), message.length);
        return whole;
    }

    private static void send(byte[] packet, NetDevice to, OutFrame[] out, MemorySegment memory) {
        MemorySegment.copy(MemorySegment.ofArray(packet), 0, memory, 0, packet.length);
        out[0].reset();
        out[0].addPiece(memory, 0, packet.length);
        to.transmit(out, 0, 1);
    }

    void close() throws InterruptedException {
        closed = true;
        left.right().wakeUp();
        right.left().wakeUp();
        for (Thread thread : threads) {
            thread.join();
        }
        left.right().close();
        right.left().close();
    }
}
