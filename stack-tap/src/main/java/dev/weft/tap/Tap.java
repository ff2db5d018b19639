package dev.weft.tap;

import dev.weft.device.DeviceFactory;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A Linux TAP device (frames with an Ethernet header) or TUN device (bare IP packets), described by a value: each method
 * returns a changed copy.
 *
 * <pre>{@code
 * Tap.named("weft0")                             // created, or attached to where it exists; gone with the program
 * Tap.named("weft0").host("10.9.0.1/24")         // the kernel's side gets this address and is brought up
 * Tap.named("weft0").tun().mtu(9000)
 * }</pre>
 *
 * What is not mentioned is left as the kernel has it, but for the {@linkplain #queueFrames queue}. A setting that is in force already takes no rights, so that a
 * device which root has prepared can be described and opened by anybody it belongs to.
 */
public final class Tap implements DeviceFactory, Cloneable {

    /** The longest name of an interface: {@code IFNAMSIZ} without its NUL. */
    public static final int LONGEST_NAME = KernelInterface.NAME_BYTES - 1;
    /** The smallest MTU that carries IPv4 (RFC 791 §3.1). */
    public static final int SMALLEST_MTU = 68;
    /** The largest MTU that the kernel gives a TAP; a TUN could have 14 more. */
    public static final int LARGEST_MTU = 65_521;

    /** How many frames towards the stack wait, where nobody has said otherwise. */
    public static final int DEFAULT_QUEUE_FRAMES = 10_000;
    /** The most frames that may be asked for. */
    public static final int LARGEST_QUEUE_FRAMES = 1_000_000;

    /** The longest time that a device may be polled for. */
    public static final Duration LONGEST_BUSY_POLL = Duration.ofMillis(10);

    /** The most queues that a device may have; the kernel's own limit. */
    public static final int MOST_QUEUES = 256;

    /** What to do about a device that exists, or does not. */
    enum Presence { ANY, FRESH, EXISTING }

    private final String name;
    private String node = "/dev/net/tun";
    private boolean netlink = true;
    private LinkType linkType = LinkType.ETHERNET;
    private Presence presence = Presence.ANY;
    private int mtu;
    private int queueFrames;
    private int queues = 1;
    private boolean offload = true;
    private long busyPollNanos;
    private Boolean persistent;
    private int owner = -1;
    private int group = -1;
    private InterfaceAddress host;
    private MacAddress hostMac;
    private boolean up;
    private Path namespace;

    private Tap(String name) {
        this.name = name;
    }

    /**
     * A TAP device of that name.
     *
     * @param name 1 to {@value #LONGEST_NAME} printable ASCII characters
     * @throws IllegalArgumentException if an interface cannot have that name; the kernel would cut a longer one silently
     */
    public static Tap named(String name) {
        String wrong = null;
        if (name.isEmpty()) {
            wrong = "is empty";
        } else if (name.length() > LONGEST_NAME) {
            wrong = "has " + name.length() + " characters";
        } else if (name.equals(".") || name.equals("..") || !name.chars().allMatch(Tap::mayBeInName)) {
            wrong = "has a character that the kernel does not take";
        }
        if (wrong != null) {
            throw new IllegalArgumentException("the device name \"" + name + "\" " + wrong + ": it takes 1 to " + LONGEST_NAME
                    + " letters, digits or signs without space, '/', ':' or '%', such as weft0");
        }
        return new Tap(name);
    }

    /** The kernel's rule (dev_valid_name), and no '%', which makes it choose a number. */
    private static boolean mayBeInName(int c) {
        return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '%';
    }

    /** A TUN device instead of a TAP: bare IP packets, no link addresses. */
    public Tap tun() {
        return with(copy -> copy.linkType = LinkType.RAW_IP);
    }

    /** Opens only a device that did not exist before: {@link TapException.Reason#ALREADY_EXISTS} otherwise. */
    public Tap fresh() {
        return with(copy -> copy.presence = Presence.FRESH);
    }

    /** Attaches only to a device that exists: {@link TapException.Reason#NO_SUCH_DEVICE} otherwise. */
    public Tap existing() {
        return with(copy -> copy.presence = Presence.EXISTING);
    }

    /**
     * The MTU of both sides; default what the interface has, 1500 for a new one.
     *
     * @param bytes {@value #SMALLEST_MTU} to {@value #LARGEST_MTU}, of IP packet
     */
    public Tap mtu(int bytes) {
        if (bytes < SMALLEST_MTU || bytes > LARGEST_MTU) {
            throw new IllegalArgumentException("an MTU of " + bytes + " bytes for " + name + ": it takes " + SMALLEST_MTU
                    + " to " + LARGEST_MTU);
        }
        return with(copy -> copy.mtu = bytes);
    }

    /**
     * How many frames the kernel keeps for the stack to read before it drops the next ({@code txqueuelen} of its interface). By
     * default a queue that is as short as the kernel makes it, 1000 frames (500 of a TUN), becomes {@value #DEFAULT_QUEUE_FRAMES}
     * long where that is allowed: a receive window of 6 MiB is 4,350 frames of 1,448 bytes, and as much again is room for ACKs
     * and other connections. It takes 8 bytes a frame while it is empty. A length that somebody has chosen stays.
     *
     * @param frames 1 to {@value #LARGEST_QUEUE_FRAMES}
     */
    public Tap queueFrames(int frames) {
        if (frames < 1 || frames > LARGEST_QUEUE_FRAMES) {
            throw new IllegalArgumentException("a queue of " + frames + " frames for " + name + ": it takes 1 to "
                    + LARGEST_QUEUE_FRAMES);
        }
        return with(copy -> copy.queueFrames = frames);
    }

    /**
     * Whether large segments and unfinished checksums pass between the kernel and the stack (IFF_VNET_HDR): fewer system calls and
     * less work for the same bytes. Default: yes. Without, each frame is one packet, as on a wire.
     */
    public Tap offload(boolean on) {
        return with(copy -> copy.offload = on);
    }

    /**
     * How many queues the device has (IFF_MULTI_QUEUE), each with a reader of its own, so that as many processors carry frames; default 1.
     * A flow stays on one queue: its frames leave by the one that its addresses and ports name, whoever sends them, and the kernel
     * answers where it was last asked. A device that exists must have been made with {@code multi_queue} for more than one, and
     * without for one.
     *
     * @param count 1 to {@value #MOST_QUEUES}
     */
    public Tap queues(int count) {
        if (count < 1 || count > MOST_QUEUES) {
            throw new IllegalArgumentException(count + " queues of " + name + ": it takes 1 to " + MOST_QUEUES);
        }
        return with(copy -> copy.queues = count);
    }

    /**
     * How long the reader of the device looks for frames again and again before it waits for them in the kernel; default zero, not
     * at all. It spares the next frame the waking of a thread, some 20 µs where the processor has gone idle, and costs up to
     * a processor while there is traffic: for machines with processors to spare, and round trips shorter than this.
     *
     * @param limit zero, or up to {@link #LONGEST_BUSY_POLL}
     * @throws IllegalArgumentException when it is negative or longer
     */
    public Tap busyPoll(Duration limit) {
        if (limit.isNegative() || limit.compareTo(LONGEST_BUSY_POLL) > 0) {
            throw new IllegalArgumentException("busy polling of " + name + " for " + limit + ": it takes PT0S to " + LONGEST_BUSY_POLL);
        }
        return with(copy -> copy.busyPollNanos = limit.toNanos());
    }

    /** Whether the device stays when it is closed; default: as it is, and a new one goes. */
    public Tap persistent(boolean stays) {
        return with(copy -> copy.persistent = stays);
    }

    /** The user who may attach to the device later, without other rights; a number as in {@code id -u}. */
    public Tap owner(int uid) {
        return with(copy -> copy.owner = notNegative(uid, "user"));
    }

    /** The group whose members may attach to the device later; a number as in {@code id -g}. */
    public Tap group(int gid) {
        return with(copy -> copy.group = notNegative(gid, "group"));
    }

    /**
     * The address of the kernel's side, which is brought up, too. It replaces the first IPv4 address of that side where
     * that is another one.
     *
     * @throws IllegalArgumentException if it is an IPv6 address, which the kernel gives its side by itself
     */
    public Tap host(InterfaceAddress address) {
        if (!address.address().isIpv4()) {
            throw new IllegalArgumentException("the kernel's side of " + name + " takes an IPv4 address here, not " + address
                    + ": run `ip addr add " + address + " dev " + name + "` for it");
        }
        return with(copy -> {
            copy.host = address;
            copy.up = true;
        });
    }

    /** The address of the kernel's side in the form {@code 10.9.0.1/24}; see {@link #host(InterfaceAddress)}. */
    public Tap host(String cidr) {
        return host(InterfaceAddress.of(cidr));
    }

    /** The MAC address of the kernel's side; default random. It is not the address of the stack. */
    public Tap hostMac(MacAddress mac) {
        if (mac.isMulticast() || mac.equals(MacAddress.ZERO)) {
            throw new IllegalArgumentException(mac + " is not the address of one station");
        }
        return with(copy -> copy.hostMac = mac);
    }

    /** Brings the kernel's side up; default: left alone, it may come up at any time. */
    public Tap up() {
        return with(copy -> copy.up = true);
    }

    /**
     * Opens the device in another network namespace; default that of the thread that opens it. Takes {@code CAP_SYS_ADMIN} in
     * both namespaces.
     *
     * @param file what stands for the namespace: {@code /run/netns/NAME} for one of {@code ip netns}, {@code /proc/PID/ns/net}
     *     for that of a process
     */
    public Tap namespace(Path file) {
        return with(copy -> copy.namespace = file);
    }

    /**
     * Opens the device in the network namespace of the calling thread, or in {@link #namespace}.
     *
     * @throws TapException when that cannot be done; a device that was made on the way is gone again
     */
    @Override
    public NetDevice open(NanoClock clock, Counters counters) throws TapException {
        Libc.require();
        var handle = new TapHandle();
        try {
            var opener = new TapOpener(this, handle);
            return namespace == null ? opener.open(clock, counters)
                    : OtherNamespace.open(namespace, name, () -> opener.open(clock, counters));
        } catch (Throwable t) {
            handle.close();
            throw t;
        }
    }

    /** For tests of what goes wrong with the node. */
    Tap node(String path) {
        return with(copy -> copy.node = path);
    }

    String node() {
        return node;
    }

    /** For tests of a system where netlink cannot be had. */
    Tap withoutNetlink() {
        return with(copy -> copy.netlink = false);
    }

    boolean netlink() {
        return netlink;
    }

    String name() {
        return name;
    }

    LinkType linkType() {
        return linkType;
    }

    /** As {@code ip tuntap add … mode} calls it. */
    String kind() {
        return linkType == LinkType.ETHERNET ? "tap" : "tun";
    }

    Presence presence() {
        return presence;
    }

    /** 0 where it is left alone. */
    int mtu() {
        return mtu;
    }

    /** 0 where nobody has said. */
    int queueFrames() {
        return queueFrames;
    }

    int queues() {
        return queues;
    }

    boolean offload() {
        return offload;
    }

    long busyPollNanos() {
        return busyPollNanos;
    }

    /** Null where it is left alone. */
    Boolean persistent() {
        return persistent;
    }

    /** −1 where it is left alone. */
    int owner() {
        return owner;
    }

    /** −1 where it is left alone. */
    int group() {
        return group;
    }

    /** Null where it is left alone. */
    InterfaceAddress host() {
        return host;
    }

    Ipv4Address hostIpv4() {
        return (Ipv4Address) host.address();
    }

    /** Null where it is left alone. */
    MacAddress hostMac() {
        return hostMac;
    }

    boolean bringsUp() {
        return up;
    }

    private int notNegative(int id, String what) {
        if (id < 0) {
            throw new IllegalArgumentException("a " + what + " " + id + " for " + name + ": it takes a number from 0");
        }
        return id;
    }

    private Tap with(Consumer<Tap> change) {
        try {
            Tap copy = (Tap) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String toString() {
        return kind() + " " + name;
    }
}
