package dev.weft.tap;

import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The kernel's side of a device: an interface of the network namespace in which the socket was made, read and set by
 * ioctls, so that no {@code ip} command is needed.
 *
 * <pre>
 *   struct ifreq, 40 bytes:
 *   0            16                                      40
 *   ├ name, NUL  ┼ flags (2) | mtu (4) | index (4) | sockaddr (16) | pointer (8) ┤
 * </pre>
 *
 * Methods that return an {@code int} described as an {@code errno} return 0 when all is well. One thread at a time.
 */
final class KernelInterface implements AutoCloseable {

    static final int IFREQ_BYTES = 40;
    /** Memory that an instance needs: an {@code ifreq} and a {@code struct ethtool_drvinfo}. */
    static final int SCRATCH_BYTES = 64 + 256;
    static final int NAME_BYTES = 16;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCGIFADDR = 0x8915;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCGIFNETMASK = 0x891b;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCSIFHWADDR = 0x8924;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final long SIOCGIFTXQLEN = 0x8942;
    private static final long SIOCETHTOOL = 0x8946;
    private static final long TUNGETIFF = 0x800454d2L;

    private static final int ETHTOOL_GDRVINFO = 3;
    private static final long DRIVER = 64;
    private static final long DRIVER_NAME = DRIVER + 4;
    private static final long DRIVER_BUS = DRIVER + 100;

    private static final int ARPHRD_ETHER = 1;
    private static final short IFF_UP = 1;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt NETWORK_U32 = U32.withOrder(ByteOrder.BIG_ENDIAN);

    private final int socket;
    private final MemorySegment scratch;

    /** @param socket an AF_INET socket, which this object closes
     *  @param scratch {@link #SCRATCH_BYTES} bytes, which somebody else frees */
    KernelInterface(int socket, MemorySegment scratch) {
        this.socket = socket;
        this.scratch = scratch;
    }

    /** Says which interface the other calls mean. */
    void name(String name) {
        writeName(scratch, name);
    }

    /** Writes a name that has been checked into the first 16 bytes of an {@code ifreq}. */
    static void writeName(MemorySegment ifreq, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        ifreq.asSlice(0, NAME_BYTES).fill((byte) 0);
        MemorySegment.copy(bytes, 0, ifreq, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    /** Whether there is an interface of that name. */
    boolean exists() {
        return call(SIOCGIFINDEX) == 0;
    }

    /**
     * Takes over the name that the interface of a TAP descriptor has by now (it may have been renamed).
     *
     * @return an errno: {@code EBADFD} when the device has been deleted
     */
    int nameOf(int tapDescriptor) {
        return Libc.ioctl(tapDescriptor, TUNGETIFF, scratch.address()) < 0 ? Libc.errno() : 0;
    }

    /** Whether it is up: 1, 0, or a negative errno. */
    int up() {
        int error = call(SIOCGIFFLAGS);
        return error != 0 ? -error : scratch.get(U16, NAME_BYTES) & IFF_UP;
    }

    /** Brings it up; returns an errno. */
    int bringUp() {
        int error = call(SIOCGIFFLAGS);
        if (error != 0) {
            return error;
        }
        short flags = scratch.get(U16, NAME_BYTES);
        if ((flags & IFF_UP) != 0) {
            return 0;
        }
        scratch.set(U16, NAME_BYTES, (short) (flags | IFF_UP));
        return call(SIOCSIFFLAGS);
    }

    /** Its MTU in bytes, or a negative errno. */
    int mtu() {
        int error = call(SIOCGIFMTU);
        return error != 0 ? -error : scratch.get(U32, NAME_BYTES);
    }

    /** Sets the MTU where it differs; returns an errno. */
    int mtu(int bytes) {
        if (mtu() == bytes) {
            return 0;
        }
        scratch.set(U32, NAME_BYTES, bytes);
        return call(SIOCSIFMTU);
    }

    /** How many frames its queue holds, or a negative errno. */
    int queueLength() {
        int error = call(SIOCGIFTXQLEN);
        return error != 0 ? -error : scratch.get(U32, NAME_BYTES);
    }

    /** Its number in the namespace, or a negative errno. */
    int index() {
        int error = call(SIOCGIFINDEX);
        return error != 0 ? -error : scratch.get(U32, NAME_BYTES);
    }

    /** Sets the MAC address of the kernel's side where it differs; returns an errno. */
    int mac(MacAddress mac) {
        byte[] bytes = mac.toBytes();
        MemorySegment at = scratch.asSlice(NAME_BYTES + 2, bytes.length);
        MemorySegment wanted = MemorySegment.ofArray(bytes);
        if (call(SIOCGIFHWADDR) == 0 && at.mismatch(wanted) < 0) {
            return 0;
        }
        scratch.set(U16, NAME_BYTES, (short) ARPHRD_ETHER);
        at.copyFrom(wanted);
        return call(SIOCSIFHWADDR);
    }

    /**
     * Gives the kernel's side an address, in place of the one it has, if it has another one; returns an errno.
     */
    int address(Ipv4Address address, int prefixLength) {
        int netmask = prefixLength == 0 ? 0 : -1 << Integer.SIZE - prefixLength;
        if (read(SIOCGIFADDR, address.bits()) && read(SIOCGIFNETMASK, netmask)) {
            return 0;
        }
        int error = write(SIOCSIFADDR, address.bits());
        return error != 0 ? error : write(SIOCSIFNETMASK, netmask);
    }

    /** What kind of interface it is as far as the driver says: {@code "tap"}, {@code "tun"}, {@code "veth"}, … or {@code ""}. */
    String kind() {
        scratch.asSlice(DRIVER, SCRATCH_BYTES - DRIVER).fill((byte) 0);
        scratch.set(U32, DRIVER, ETHTOOL_GDRVINFO);
        scratch.set(U64, NAME_BYTES, scratch.address() + DRIVER);
        if (call(SIOCETHTOOL) != 0) {
            return "";
        }
        String driver = scratch.getString(DRIVER_NAME);
        return driver.equals("tun") ? scratch.getString(DRIVER_BUS) : driver;
    }

    /** Closes the socket. */
    @Override
    public void close() {
        Libc.close(socket);
    }

    private boolean read(long request, int expected) {
        scratch.set(U16, NAME_BYTES, (short) Libc.AF_INET);
        return call(request) == 0 && scratch.get(NETWORK_U32, NAME_BYTES + 4) == expected;
    }

    /** {@code struct sockaddr_in}: family, port (unused), address in network order. */
    private int write(long request, int bits) {
        scratch.set(U16, NAME_BYTES, (short) Libc.AF_INET);
        scratch.set(U16, NAME_BYTES + 2, (short) 0);
        scratch.set(NETWORK_U32, NAME_BYTES + 4, bits);
        return call(request);
    }

    private int call(long request) {
        return Libc.ioctl(socket, request, scratch.address()) < 0 ? Libc.errno() : 0;
    }
}
