package dev.weft.device;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * TCP segments and UDP datagrams in frames, written from the RFCs with plain arrays and none of the code under test: a large one
 * with a partial checksum, and those that it stands for.
 */
public final class TransportPackets {

    public static final int FIN = 1, PSH = 8, ACK = 16, URG = 32, CWR = 128;

    private TransportPackets() {
    }

    /**
     * What all segments of one large one have in common.
     *
     * @param link the bytes before the IP header
     * @param ipOptions of IPv4, or an IPv6 header of options; a multiple of 4, of 8 for IPv6
     * @param tcpOptions a multiple of 4
     */
    public record Shape(byte[] link, boolean ipv6, boolean tcp, byte[] ipOptions, byte[] tcpOptions, byte[] addresses,
                        int identification, int seq, int flags, int urgent) {

        /** One of all kinds. */
        public static Shape random(Random random) {
            boolean ipv6 = random.nextBoolean();
            int type = ipv6 ? 0x86dd : 0x0800;
            byte[] link = switch (random.nextInt(4)) {
                case 0 -> new byte[0];
                case 1 -> ByteBuffer.allocate(18).put(bytes(random, 12)).putShort((short) 0x8100).putShort((short) 5)
                        .putShort((short) type).array();
                default -> ByteBuffer.allocate(14).put(bytes(random, 12)).putShort((short) type).array();
            };
            byte[] options = ipv6 ? new byte[random.nextInt(4) == 0 ? 8 : 0] : new byte[random.nextInt(3) == 0 ? 8 : 0];
            if (ipv6 && options.length > 0) {
                options[2] = 1;             // PadN of 6 bytes
                options[3] = 4;
            }
            boolean tcp = random.nextInt(4) > 0;
            return new Shape(link, ipv6, tcp, options, new byte[tcp ? 4 * random.nextInt(11) : 0],
                    bytes(random, ipv6 ? 32 : 8), random.nextInt(0x10000), random.nextInt(), random.nextInt(256),
                    random.nextInt(4) == 0 ? random.nextInt(6000) : 0);
        }

        /** The usual one: no options. */
        public static Shape of(LinkType type, boolean ipv6, boolean tcp, int flags) {
            var random = new Random(1);
            byte[] link = type == LinkType.RAW_IP ? new byte[0] : ByteBuffer.allocate(14).put(bytes(random, 12))
                    .putShort((short) (ipv6 ? 0x86dd : 0x0800)).array();
            if (link.length > 0) {
                link[0] = 2;
                link[6] = 2;
            }
            return new Shape(link, ipv6, tcp, new byte[0], new byte[0], bytes(random, ipv6 ? 32 : 8), 77, 1000, flags, 0);
        }

        private static byte[] bytes(Random random, int count) {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return bytes;
        }

        /** In words. */
        public String kind() {
            return (tcp ? "TCP" : "UDP") + (ipv6 ? " over IPv6" : " over IPv4");
        }

        /** What the frames begin with. */
        public LinkType linkType() {
            return link.length == 0 ? LinkType.RAW_IP : LinkType.ETHERNET;
        }

        /** All headers together. */
        public int headerLength() {
            return link.length + (ipv6 ? 40 : 20) + ipOptions.length + (tcp ? 20 + tcpOptions.length : 8);
        }

        /** One frame of all the payload; in its checksum field the folded sum of the pseudo-header. */
        public byte[] large(byte[] payload) {
            byte[] frame = frame(payload, seq, flags, urgent, identification);
            int transport = headerLength() - (tcp ? 20 + tcpOptions.length : 8);
            int sum = sum(0, pseudoHeader(frame.length - transport));
            ByteBuffer.wrap(frame).putShort(transport + (tcp ? 16 : 6), (short) sum);
            return frame;
        }

        /** The frames that this is to become on the wire. */
        public List<byte[]> segments(byte[] payload, int size) {
            List<byte[]> segments = new ArrayList<>();
            int at = 0;
            do {
                int end = Math.min(payload.length, at + size);
                int own = flags;
                if (at > 0) {
                    own &= ~CWR;
                }
                if (end < payload.length) {
                    own &= ~(FIN | PSH);
                }
                int pointer = urgent;
                if ((flags & URG) != 0) {
                    pointer = Math.max(0, urgent - at);
                    if (pointer == 0 && at > 0) {
                        own &= ~URG;
                    }
                }
                byte[] frame = frame(Arrays.copyOfRange(payload, at, end), seq + at, own, pointer,
                        identification + segments.size());
                int transport = headerLength() - (tcp ? 20 + tcpOptions.length : 8);
                int sum = sum(sum(0, pseudoHeader(frame.length - transport)), Arrays.copyOfRange(frame, transport, frame.length));
                int checksum = ~sum & 0xffff;
                ByteBuffer.wrap(frame).putShort(transport + (tcp ? 16 : 6), (short) (checksum == 0 && !tcp ? 0xffff : checksum));
                segments.add(frame);
                at = end;
            } while (at < payload.length);
            return segments;
        }

        private byte[] pseudoHeader(int length) {
            return ByteBuffer.allocate(addresses.length + 8).put(addresses).putInt(length).putInt(tcp ? 6 : 17).array();
        }

        private byte[] frame(byte[] payload, int sequence, int ownFlags, int pointer, int id) {
            ByteBuffer out = ByteBuffer.allocate(headerLength() + payload.length).put(link);
            int ipPayload = headerLength() - link.length - (ipv6 ? 40 : 20) + payload.length;
            if (ipv6) {
                out.putInt(6 << 28 | 0xabcde).putShort((short) ipPayload).put((byte) (ipOptions.length > 0 ? 0 : tcp ? 6 : 17))
                        .put((byte) 64).put(addresses);
                if (ipOptions.length > 0) {
                    out.put((byte) (tcp ? 6 : 17)).put(ipOptions, 1, ipOptions.length - 1);
                }
            } else {
                int start = out.position();
                int header = 20 + ipOptions.length;
                out.put((byte) (0x40 | header / 4)).put((byte) 3).putShort((short) (header + ipPayload - ipOptions.length))
                        .putShort((short) id).putShort((short) 0x4000).put((byte) 64).put((byte) (tcp ? 6 : 17))
                        .putShort((short) 0).put(addresses).put(ipOptions);
                out.putShort(start + 10, (short) ~sum(0, Arrays.copyOfRange(out.array(), start, start + header)));
            }
            out.putShort((short) 4000).putShort((short) 80);
            if (tcp) {
                out.putInt(sequence).putInt(99).put((byte) ((20 + tcpOptions.length) / 4 << 4)).put((byte) ownFlags)
                        .putShort((short) 5000).putShort((short) 0).putShort((short) pointer).put(tcpOptions);
            } else {
                out.putShort((short) (8 + payload.length)).putShort((short) 0);
            }
            return out.put(payload).array();
        }
    }

    /** The one's complement sum of 16-bit words, as RFC 1071 §4.1 has it. */
    public static int sum(int initial, byte[] bytes) {
        int sum = initial;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
