package dev.weft.device.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FrameKit;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportPackets;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.resource.Counters;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.RequiresProgram;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureDeviceTest {

    private static final MacAddress A = MacAddress.of("02:00:00:00:00:01");
    private static final MacAddress B = MacAddress.of("02:00:00:00:00:02");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    @TempDir
    private Path directory;

    private final VirtualClock clock = new VirtualClock(START);
    private final Counters counters = new Counters();
    private final FrameKit kit = new FrameKit();

    private record Packet(long nanos, int direction, byte[] bytes) {
    }

    private static byte[] frame(int payloadLength) {
        return FrameKit.ethernet(A, B, 0x88b5, new byte[payloadLength]);
    }

    /** Sends and receives frames of these lengths in turn, a microsecond apart, through a capture. */
    private Path capture(LinkType type, List<byte[]> frames) throws IOException {
        Path file = directory.resolve("capture.pcapng");
        var cable = new Cable(MemoryLinkOptions.defaults().linkType(type).clock(clock));
        try (NetDevice device = new CaptureDevice(cable.left(), file, clock, counters)) {
            for (int i = 0; i < frames.size(); i++) {
                if (i % 2 == 0) {
                    kit.send(device, frames.get(i));
                } else {
                    kit.send(cable.right(), frames.get(i));
                    assertThat(kit.receiveAll(device, clock)).containsExactly(frames.get(i));
                }
                assertThat(readPackets(file, type)).as("what is in the file before it is closed").hasSize(i + 1);
                clock.advance(Duration.ofNanos(1000));
            }
        }
        cable.right().close();
        return file;
    }

    /** An independent reading of the format: every block, every length. */
    private static List<Packet> readPackets(Path path, LinkType type) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
        var packets = new ArrayList<Packet>();
        int block = 0;
        while (file.hasRemaining()) {
            int begin = file.position();
            int blockType = file.getInt();
            int length = file.getInt();
            assertThat(length % 4).isZero();
            assertThat(file.getInt(begin + length - 4)).as("the length at the end of block %d", block).isEqualTo(length);
            if (block == 0) {
                assertThat(blockType).isEqualTo(0x0a0d0d0a);
                assertThat(file.getInt()).isEqualTo(0x1a2b3c4d);
                assertThat(file.getInt()).as("version 1.0").isEqualTo(0x0001_0000);
            } else if (block == 1) {
                assertThat(blockType).isEqualTo(1);
                assertThat(file.getShort()).isEqualTo((short) (type == LinkType.ETHERNET ? 1 : 101));
            } else {
                assertThat(blockType).isEqualTo(6);
                assertThat(file.getInt()).as("interface").isZero();
                long nanos = file.getLong();
                byte[] bytes = new byte[file.getInt()];
                assertThat(file.getInt()).as("length on the wire").isEqualTo(bytes.length);
                file.get(bytes);
                file.position(file.position() + (4 - bytes.length % 4) % 4);
                assertThat(file.getInt()).as("option 2 of 4 bytes").isEqualTo(0x0002_0004);
                packets.add(new Packet(nanos, file.getInt(), bytes));
            }
            file.position(begin + length);
            block++;
        }
        assertThat(block).isGreaterThanOrEqualTo(2);
        return packets;
    }

    @Test
    void finishesChecksumsInTheFileAndNotInTheFrame() throws IOException {
        var shape = Shape.of(LinkType.ETHERNET, false, true, TransportPackets.ACK);
        byte[] payload = new byte[5000];
        payload[4999] = 7;
        Path file = directory.resolve("capture.pcapng");
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock).offloads(Offloads.ALL));
        try (NetDevice device = new CaptureDevice(cable.left(), file, clock, counters)) {
            assertThat(device.offloads()).isEqualTo(Offloads.ALL);
            for (NetDevice end : List.of(device, cable.right())) {
                OutFrame large = kit.frame(shape.large(payload));
                large.mark(ChecksumMark.PARTIAL, 1000);
                assertThat(end.transmit(large.alone(), 0, 1)).isEqualTo(1);
                kit.release(large);
            }
            assertThat(kit.receiveAll(cable.right(), clock)).containsExactly(shape.large(payload));
            assertThat(kit.receiveAll(device, clock)).containsExactly(shape.large(payload));
        }
        cable.right().close();
        byte[] finished = shape.segments(payload, payload.length).getFirst();
        assertThat(readPackets(file, LinkType.ETHERNET)).extracting(Packet::bytes).containsExactly(finished, finished);
    }

    @Test
    void writesEachFrameWithItsTimeAndDirection() throws IOException {
        var leaks = LeakCheck.begin("weft");
        List<byte[]> frames = List.of(frame(0), frame(1), frame(2), frame(3), frame(1500));
        List<Packet> packets = readPackets(capture(LinkType.ETHERNET, frames), LinkType.ETHERNET);
        long start = START.getEpochSecond() * 1_000_000_000 + START.getNano();
        for (int i = 0; i < frames.size(); i++) {
            assertThat(packets.get(i).bytes).isEqualTo(frames.get(i));
            assertThat(packets.get(i).nanos).isEqualTo(start + i * 1000);
            assertThat(packets.get(i).direction).isEqualTo(i % 2 == 0 ? 2 : 1);
        }
        assertThat(counters.value("capture.cable.left.captured")).isEqualTo(frames.size());
        kit.close();
        leaks.assertNone();
    }

    @Test
    @RequiresProgram("tshark")
    void isReadByTsharkWithTheRightLengthsTimesAndDirections() throws Exception {
        Path file = capture(LinkType.ETHERNET, List.of(frame(46), frame(100), frame(1500)));
        assertThat(tshark(file, "frame.len", "frame.time_epoch", "frame.packet_flags_direction", "eth.type")).containsExactly(
                "60\t1772366400.123456789\t0x00000002\t0x88b5",
                "114\t1772366400.123457789\t0x00000001\t0x88b5",
                "1514\t1772366400.123458789\t0x00000002\t0x88b5");
    }

    @Test
    @RequiresProgram("tshark")
    void isReadByTsharkAsRawIpForALinkWithoutEthernet() throws Exception {
        byte[] packet = new byte[20];
        packet[0] = 0x45;
        packet[3] = 20;
        packet[8] = 64;
        packet[9] = (byte) 253;
        packet[15] = 1;
        packet[19] = 2;
        assertThat(tshark(capture(LinkType.RAW_IP, List.of(packet)), "frame.len", "ip.src", "ip.dst"))
                .containsExactly("20\t0.0.0.1\t0.0.0.2");
    }

    private static List<String> tshark(Path file, String... fields) throws Exception {
        var command = new ArrayList<>(List.of("tshark", "-r", file.toString(), "-T", "fields"));
        for (String field : fields) {
            command.addAll(List.of("-e", field));
        }
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            List<String> lines = process.inputReader().lines().toList();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("tshark ends").isTrue();
            assertThat(process.exitValue()).isZero();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void goesOnCarryingFramesWhenTheFileCannotBeWritten() throws IOException {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "there is no /dev/full");
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock));
        try (NetDevice device = new CaptureDevice(cable.left(), full, clock, counters)) {
            for (int i = 0; i < 3; i++) {
                assertThat(kit.send(device, frame(i))).isTrue();
                kit.send(cable.right(), frame(i));
                assertThat(kit.receiveAll(device, clock)).hasSize(1);
            }
            assertThat(kit.receiveAll(cable.right(), clock)).hasSize(3);
            assertThat(counters.value("capture.cable.left.missed")).isEqualTo(6);
        }
        cable.right().close();
    }

    @Test
    void closesTheDeviceWhenADescriptionsFileCannotBeCreated() {
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock));
        Path nowhere = directory.resolve("missing").resolve("file");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> CaptureDevice
                .around((deviceClock, deviceCounters) -> cable.left(), nowhere).open(clock, counters));
        assertThat(cable.right().isUp()).isFalse();
        cable.right().close();
    }
}
