package dev.weft.examples;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weft.LinkConfig;
import dev.weft.StackConfig;
import dev.weft.device.DeviceFactory;
import dev.weft.device.capture.CaptureDevice;
import dev.weft.link.ReaderMode;
import dev.weft.tap.Tap;
import dev.weft.tcp.TcpCongestion;
import dev.weft.tcp.TcpSettings;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import dev.weft.wire.MacAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that all programs share: on which device Weft runs, and who it is there.
 *
 * <p>They are checked as they are read; what makes no sense ends the program with status 2 and a message that says what
 * would. So does an option whose feature is not built yet, rather than being ignored.
 */
final class LinkOptions {

    private static final String LINK = "eth0";

    enum LogLevel { OFF, ERROR, WARN, INFO, DEBUG, TRACE }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec program;

    private Tap tap;
    private final List<InterfaceAddress> addresses = new ArrayList<>();
    private IpAddress gateway;
    private MacAddress mac;
    private Integer mtu;
    private InterfaceAddress host;
    private TcpCongestion congestion = TcpCongestion.CUBIC;
    private boolean offload = true;
    private int queues = 1;
    private Duration busyPoll = Duration.ZERO;
    private ReaderMode reader = ReaderMode.PLATFORM;
    private Path pcap;

    @Option(names = "--tap", paramLabel = "NAME", description = "The TAP device: created where it does not exist, "
            + "attached to where it does.")
    void setTap(String name) {
        tap = parse("--tap", name, Tap::named);
    }

    @Option(names = "--address", paramLabel = "CIDR", description = "Weft's address with the length of its prefix, "
            + "such as 10.9.0.2/24. Repeatable.")
    void addAddress(List<String> texts) {
        addresses.clear(); // picocli hands over all that were given so far, each time
        for (String text : texts) {
            addresses.add(ipv4(parse("--address", text, InterfaceAddress::of), "--address"));
        }
    }

    @Option(names = "--gateway", paramLabel = "IP", description = "The router for all that is not on the link.")
    void setGateway(String text) {
        gateway = parse("--gateway", text, IpAddress::of);
        if (!gateway.isIpv4()) {
            throw notBuilt("--gateway " + text, "IPv6");
        }
    }

    @Option(names = "--mac", paramLabel = "MAC", description = "Weft's MAC address; default: random, locally "
            + "administered.")
    void setMac(String text) {
        mac = parse("--mac", text, MacAddress::of);
        if (mac.isMulticast() || mac.equals(MacAddress.ZERO)) {
            throw wrong("--mac " + text + ": a station's address is not multicast (its first byte is even), nor zero");
        }
    }

    @Option(names = "--mtu", paramLabel = "N", description = "The largest packet on the link, "
            + Tap.SMALLEST_MTU + " to " + Tap.LARGEST_MTU + " bytes; default: the device's own.")
    void setMtu(int bytes) {
        if (bytes < Tap.SMALLEST_MTU || bytes > Tap.LARGEST_MTU) {
            throw wrong("--mtu " + bytes + ": it takes " + Tap.SMALLEST_MTU + " to " + Tap.LARGEST_MTU);
        }
        mtu = bytes;
    }

    @Option(names = "--host", paramLabel = "CIDR", description = "Gives the kernel's side of the TAP this address and "
            + "brings it up; without it the link is left alone.")
    void setHost(String text) {
        host = ipv4(parse("--host", text, InterfaceAddress::of), "--host");
    }

    @Option(names = "--dhcp", description = "Takes addresses from a DHCP server (not built yet).")
    void setDhcp(boolean on) {
        if (on) {
            throw notBuilt("--dhcp", "DHCP");
        }
    }

    @Option(names = "--no-offload", description = "Plain frames: no large segments, no partial checksums.")
    void setNoOffload(boolean on) {
        offload = !on;
    }

    @Option(names = "--queues", paramLabel = "N", description = "How many queues the device has, each with a reader of its own: 1 (the "
            + "default) to " + Tap.MOST_QUEUES + ".")
    void setQueues(int count) {
        if (count < 1 || count > Tap.MOST_QUEUES) {
            throw wrong("--queues " + count + ": it takes 1 to " + Tap.MOST_QUEUES);
        }
        queues = count;
    }

    @Option(names = "--busy-poll", paramLabel = "MICROS", description = "How long the reader of the device looks for frames again and "
            + "again before it waits: 0 (the default) to 10000 microseconds.")
    void setBusyPoll(int micros) {
        busyPoll = Duration.ofNanos(micros * 1000L);
        if (micros < 0 || busyPoll.compareTo(Tap.LONGEST_BUSY_POLL) > 0) {
            throw wrong("--busy-poll " + micros + ": it takes 0 to " + Tap.LONGEST_BUSY_POLL.toNanos() / 1000);
        }
    }

    @Option(names = "--reader", paramLabel = "MODE", description = "What reads the device: a platform thread (the default) or a "
            + "virtual one, which wants more carriers than there are devices.")
    void setReader(String mode) {
        reader = switch (mode) {
            case "platform" -> ReaderMode.PLATFORM;
            case "virtual" -> ReaderMode.VIRTUAL;
            default -> throw wrong("--reader " + mode + ": platform or virtual");
        };
    }

    @Option(names = "--congestion", paramLabel = "NAME", description = "The congestion control of all connections: "
            + "cubic (the default), newreno or bbr.")
    void setCongestion(String name) {
        congestion = switch (name) {
            case "cubic" -> TcpCongestion.CUBIC;
            case "newreno" -> TcpCongestion.NEW_RENO;
            case "bbr" -> TcpCongestion.BBR;
            default -> throw wrong("--congestion " + name + ": one of cubic, newreno, bbr");
        };
    }

    @Option(names = "--pcap", paramLabel = "FILE", description = "Writes all frames to this file, as pcapng.")
    void setPcap(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || directory == null || !Files.isDirectory(directory)) {
            throw wrong("--pcap " + file + ": not a file in a directory that exists");
        }
        pcap = file;
    }

    @Option(names = "--log", paramLabel = "LEVEL", description = "How much to log on standard error: "
            + "${COMPLETION-CANDIDATES}; default: WARN.")
    void setLog(LogLevel level) {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level.name()));
    }

    /** Gives options that were not used the values a program runs with by itself. */
    void defaultTo(String tapName, String address, String hostAddress) {
        tap = tap == null ? Tap.named(tapName) : tap;
        if (addresses.isEmpty()) {
            addresses.add(InterfaceAddress.of(address));
            host = host == null ? InterfaceAddress.of(hostAddress) : host;
        }
    }

    /** Checks what only all options together can tell; to be called before they are used. */
    void check() {
        if (tap == null) {
            throw wrong("on which device? For example --tap weft0");
        }
        if (addresses.isEmpty()) {
            throw wrong("with which address? For example --address 10.9.0.2/24");
        }
        if (gateway != null && addresses.stream().noneMatch(own -> own.prefix().contains(gateway))) {
            throw wrong("--gateway " + gateway + ": it is not on the link of any --address");
        }
        if (host != null && addresses.stream().anyMatch(own -> own.address().equals(host.address()))) {
            throw wrong("--host " + host + ": the kernel's side needs an address other than Weft's");
        }
    }

    /** An exception that ends the program with status 2. */
    ParameterException wrong(String message) {
        return new ParameterException(program.commandLine(), message);
    }

    private ParameterException notBuilt(String option, String feature) {
        return wrong(option + ": " + feature + " is not built yet");
    }

    private InterfaceAddress ipv4(InterfaceAddress address, String option) {
        if (!address.address().isIpv4()) {
            throw notBuilt(option + " " + address, "IPv6");
        }
        return address;
    }

    private <T> T parse(String option, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw wrong(option + " " + text + ": " + e.getMessage());
        }
    }

    /** The TAP as described, without what wraps it. */
    Tap tap() {
        Tap device = mtu == null ? tap : tap.mtu(mtu);
        device = (offload ? device : device.offload(false)).busyPoll(busyPoll).queues(queues);
        return host == null ? device : device.host(host);
    }

    List<InterfaceAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** A stack on the TAP. */
    StackConfig config() {
        return config(tap());
    }

    /** The same on another device. */
    StackConfig config(DeviceFactory device) {
        return StackConfig.create().link(LINK, pcap == null ? device : CaptureDevice.around(device, pcap), link -> {
            LinkConfig described = link;
            for (InterfaceAddress address : addresses) {
                described = described.address(address);
            }
            described = gateway == null ? described : described.gateway(gateway.toString());
            described = described.reader(reader);
            return mac == null ? described : described.mac(mac);
        }).tcp(TcpSettings.defaults().congestionControl(congestion));
    }

    /** The line by which a program that serves says that its ports listen. */
    void printReady() {
        System.out.println("ready " + addresses.stream().map(own -> own.address().toString())
                .collect(Collectors.joining(" ")));
        System.out.flush();
    }

    /** A host that was named on the command line; names are not resolved yet. */
    IpAddress numeric(String host) {
        IpAddress address;
        try {
            address = IpAddress.of(host);
        } catch (IllegalArgumentException e) {
            throw wrong(host + " is no numeric address, and names (DNS) are not built yet");
        }
        if (!address.isIpv4()) {
            throw notBuilt(host, "IPv6");
        }
        return address;
    }
}
