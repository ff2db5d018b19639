package dev.weft.tap;

import dev.weft.device.LinkType;
import dev.weft.device.Offloads;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.TapException.Reason;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what a {@link Tap} describes, step by step, and explains each step that fails. */
final class TapOpener {

    private static final Logger LOG = LoggerFactory.getLogger(TapOpener.class);

    private static final int ETHERNET_HEADER = 14;

    /** What the kernel gives a new device: nobody has chosen it. */
    private static final int KERNEL_QUEUE_TAP = 1000;
    private static final int KERNEL_QUEUE_TUN = 500;

    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final long TUNSETOWNER = 0x400454ccL;
    private static final long TUNSETGROUP = 0x400454ceL;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final long TUNSETVNETHDRSZ = 0x400454d8L;
    private static final long TUNSETVNETLE = 0x400454dcL;
    private static final short IFF_TUN = 1;
    private static final short IFF_TAP = 2;
    private static final short IFF_MULTI_QUEUE = 0x100;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_TUN_EXCL = (short) 0x8000;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    /** Of both families; one without the other is refused. Since Linux 6.2. */
    private static final int TUN_F_USO = 0x60;
    /** What the kernel may give us, the most first; what it takes from us follows from its version. */
    private static final int[] OFFLOADS = {
            TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO,
            TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
            TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
            TUN_F_CSUM,
            0};

    private final Tap tap;
    private final String name;
    private final TapHandle handle;

    TapOpener(Tap tap, TapHandle handle) {
        this.tap = tap;
        this.name = tap.name();
        this.handle = handle;
    }

    /** Opens the device into the handle; when that fails the caller closes the handle. */
    TapDevice open(NanoClock clock, Counters counters) throws TapException {
        openNode(handle.first());
        int socket = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.O_CLOEXEC, 0);
        handle.controlSocket(check(socket, "socket(AF_INET)"));
        handle.kernel().name(name);
        boolean created = attach();
        Offloads offloads = tap.offload() ? offload() : noOffload();
        configure();
        own();
        for (int i = 1; i < tap.queues(); i++) {
            TapHandle.Queue queue = handle.addQueue();
            openNode(queue);
            attach(queue, (short) 0, true);
        }
        for (TapHandle.Queue queue : handle.queues()) {
            queue.wake(check(Libc.eventfd(0, Libc.O_NONBLOCK | Libc.O_CLOEXEC), "eventfd"));
        }
        // Watches first and asks for the state after, so that no change falls between.
        if (tap.netlink()) {
            handle.openWatch();
        }
        int mtu = handle.kernel().mtu();
        if (mtu < 0) {
            throw system("the MTU of " + name + " cannot be read", -mtu);
        }
        boolean ethernet = tap.linkType() == LinkType.ETHERNET;
        var device = new TapDevice(tap, mtu, ethernet ? ETHERNET_HEADER : 0, offloads, handle, clock, counters);
        LOG.atInfo().addKeyValue("iface", name).addKeyValue("mtu", mtu).addKeyValue("up", device.isUp())
                .log(created ? "created {}" : "attached to {}", tap.kind());
        return device;
    }

    private void openNode(TapHandle.Queue queue) throws TapException {
        MemorySegment path = handle.temporary();
        String node = tap.node();
        path.setString(0, node);
        int descriptor = Libc.open(path.address(), Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (descriptor >= 0) {
            queue.tap(descriptor);
            return;
        }
        int errno = Libc.errno();
        throw switch (errno) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> new TapException(Reason.NO_TUN_NODE,
                    "there is no " + node + " (" + Errno.name(errno) + "): load the kernel's module as root with"
                            + " `modprobe tun`, or start the container with `--device " + node + "`");
            case Errno.EACCES, Errno.EPERM -> new TapException(Reason.NODE_FORBIDDEN,
                    "no right to open " + node + " (" + Errno.name(errno) + "): `unshare` does not cure that, the node's"
                            + " mode does; as root run `chmod 666 " + node + "` (safe: making a device still takes"
                            + " CAP_NET_ADMIN), or start the container with `--device " + node + "`");
            default -> system(node + " does not open", errno);
        };
    }

    /** Creates the interface or attaches to it; returns whether it is new. */
    private boolean attach() throws TapException {
        KernelInterface kernel = handle.kernel();
        boolean exists = kernel.exists();
        if (!exists && tap.presence() == Tap.Presence.EXISTING) {
            throw new TapException(Reason.NO_SUCH_DEVICE,
                    "there is no device " + name + " to attach to in this network namespace: as root run " + makeIt());
        }
        if (exists && tap.presence() == Tap.Presence.FRESH) {
            throw alreadyExists();
        }
        attach(handle.first(), tap.presence() == Tap.Presence.FRESH ? IFF_TUN_EXCL : 0, exists);
        return !exists;
    }

    private void attach(TapHandle.Queue queue, short more, boolean exists) throws TapException {
        short flags = (short) (IFF_NO_PI | (tap.linkType() == LinkType.ETHERNET ? IFF_TAP : IFF_TUN)
                | (tap.offload() ? IFF_VNET_HDR : 0) | (tap.queues() > 1 ? IFF_MULTI_QUEUE : 0) | more);
        MemorySegment ifreq = handle.temporary().asSlice(0, KernelInterface.IFREQ_BYTES).fill((byte) 0);
        KernelInterface.writeName(ifreq, name);
        ifreq.set(ValueLayout.JAVA_SHORT, KernelInterface.NAME_BYTES, flags);
        if (Libc.ioctl(queue.tap(), TUNSETIFF, ifreq.address()) < 0) {
            throw notAttached(Libc.errno(), exists || handle.kernel().exists());
        }
    }

    /** Turns on as much as this kernel knows of; returns what it does for us. */
    private Offloads offload() throws TapException {
        MemorySegment number = handle.temporary();
        number.set(ValueLayout.JAVA_INT, 0, VnetHeader.LENGTH);
        check(Libc.ioctl(handle.tap(), TUNSETVNETHDRSZ, number.address()), "TUNSETVNETHDRSZ");
        number.set(ValueLayout.JAVA_INT, 0, 1);
        check(Libc.ioctl(handle.tap(), TUNSETVNETLE, number.address()), "TUNSETVNETLE");
        for (int wanted : OFFLOADS) {
            if (Libc.ioctl(handle.tap(), TUNSETOFFLOAD, wanted) == 0) {
                boolean datagrams = (wanted & TUN_F_USO) != 0;
                return new Offloads(true, Offloads.LARGEST_PAYLOAD, datagrams ? Offloads.LARGEST_PAYLOAD : 0);
            }
        }
        throw system(name + " has no offloads (TUNSETOFFLOAD)", Libc.errno());
    }

    /** A device that stays keeps what its last user had turned on: its kernel would leave checksums to us unsaid. */
    private Offloads noOffload() {
        if (Libc.ioctl(handle.tap(), TUNSETOFFLOAD, 0) < 0) {
            LOG.atDebug().addKeyValue("iface", name).addKeyValue("errno", Errno.name(Libc.errno())).log("TUNSETOFFLOAD failed");
        }
        return Offloads.NONE;
    }

    private TapException notAttached(int errno, boolean exists) {
        return switch (errno) {
            case Errno.EBUSY -> tap.presence() == Tap.Presence.FRESH ? alreadyExists() : new TapException(Reason.IN_USE,
                    name + " is in use: another program is attached to it (EBUSY); stop that one, or take another name");
            case Errno.EINVAL -> new TapException(Reason.WRONG_KIND,
                    name + " exists and is not a " + tap.kind() + " device that can be attached to" + whatItIs()
                            + " (EINVAL): take another name, or as root run " + makeIt());
            case Errno.E2BIG -> new TapException(Reason.IN_USE,
                    name + " has no more queues (E2BIG): other programs are attached to it; ask for fewer than " + tap.queues());
            case Errno.EPERM, Errno.EACCES -> exists
                    ? new TapException(Reason.ATTACH_FORBIDDEN,
                            "no right to attach to " + name + " (EPERM), it belongs to another user: as root delete it with"
                                    + " `ip link del " + name + "` and run " + makeIt())
                    : new TapException(Reason.CREATION_FORBIDDEN,
                            "no right to make the device " + name + " (EPERM), which takes CAP_NET_ADMIN in the network"
                                    + " namespace: start the program in a namespace of its own with"
                                    + " `unshare -Urn …`, or as root run once " + makeIt());
            default -> system(name + " cannot be made or attached to (TUNSETIFF)", errno);
        };
    }

    private TapException alreadyExists() {
        return new TapException(Reason.ALREADY_EXISTS,
                "there is a device " + name + " already: take another name, or as root run `ip link del " + name + "`");
    }

    private String whatItIs() {
        String kind = handle.kernel().kind();
        if (kind.equals(tap.kind())) {
            return tap.queues() > 1 ? ": it was made without multi_queue" : ": it was made with multi_queue";
        }
        return kind.isEmpty() ? "" : ": it is of kind " + kind;
    }

    private String makeIt() {
        return "`ip tuntap add dev " + name + " mode " + tap.kind() + (tap.queues() > 1 ? " multi_queue" : "") + " user "
                + System.getProperty("user.name") + "`";
    }

    /** Sets what a later opener finds; persistence last, so that a device whose set-up failed does not stay. */
    private void own() throws TapException {
        if (tap.owner() >= 0) {
            tune(TUNSETOWNER, tap.owner(), "be given to user " + tap.owner());
        }
        if (tap.group() >= 0) {
            tune(TUNSETGROUP, tap.group(), "be given to group " + tap.group());
        }
        if (tap.persistent() != null) {
            tune(TUNSETPERSIST, tap.persistent() ? 1 : 0,
                    tap.persistent() ? "be made persistent" : "be made to end with this program");
        }
    }

    private void tune(long request, long value, String what) throws TapException {
        if (Libc.ioctl(handle.tap(), request, value) < 0) {
            refused(Libc.errno(), what, "");
        }
    }

    private void configure() throws TapException {
        KernelInterface kernel = handle.kernel();
        if (tap.mtu() > 0) {
            refused(kernel.mtu(tap.mtu()), "be given the MTU " + tap.mtu(),
                    "`ip link set " + name + " mtu " + tap.mtu() + "`");
        }
        configureQueue();
        if (tap.hostMac() != null) {
            refused(kernel.mac(tap.hostMac()), "be given the kernel-side address " + tap.hostMac(),
                    "`ip link set " + name + " address " + tap.hostMac() + "`");
        }
        if (tap.host() != null) {
            refused(kernel.address(tap.hostIpv4(), tap.host().prefixLength()),
                    "be given the kernel-side address " + tap.host(), "`ip addr add " + tap.host() + " dev " + name + "`");
        }
        if (tap.bringsUp()) {
            refused(kernel.bringUp(), "be brought up", "`ip link set " + name + " up`");
        }
    }

    private void configureQueue() throws TapException {
        int present = handle.kernel().queueLength();
        int wanted = tap.queueFrames();
        boolean asked = wanted > 0;
        if (!asked && (present == KERNEL_QUEUE_TAP || present == KERNEL_QUEUE_TUN)) {
            wanted = Tap.DEFAULT_QUEUE_FRAMES;
        }
        if (wanted == 0 || wanted == present) {
            return;
        }
        int errno = tap.netlink()
                ? RouteNetlink.queueLength(handle.kernel().index(), wanted, handle.temporary()) : Errno.EPERM;
        if (asked) {
            refused(errno, "be given a queue of " + wanted + " frames",
                    "`ip link set " + name + " txqueuelen " + wanted + "`");
        } else if (errno != 0) {
            LOG.atDebug().addKeyValue("iface", name).addKeyValue("frames", present).addKeyValue("errno", Errno.name(errno))
                    .log("the queue stays as short as it is");
        }
    }

    /** Throws for an errno that is not 0. */
    private void refused(int errno, String what, String command) throws TapException {
        if (errno == 0) {
            return;
        }
        String cure = errno != Errno.EPERM ? ""
                : ", which takes CAP_NET_ADMIN in the network namespace" + (command.isEmpty() ? ": run it as root"
                        : ": as root run " + command);
        throw new TapException(Reason.SETTING_REFUSED, name + " cannot " + what + " (" + Errno.name(errno) + ")" + cure);
    }

    private static int check(int result, String call) throws TapException {
        if (result < 0) {
            throw system(call + " failed", Libc.errno());
        }
        return result;
    }

    private static TapException system(String what, int errno) {
        return new TapException(Reason.SYSTEM, what + " (" + Errno.name(errno) + ")");
    }
}
