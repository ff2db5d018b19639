package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.LinkConfig;
import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.DeviceFactory;
import dev.weft.tap.Tap;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.tap.testing.NetNamespace.Output;
import dev.weft.tcp.SocketHandler;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.udp.Datagram;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A stack on the device {@value #DEVICE} in a network namespace of its own, and the kernel of that namespace as its peer:
 * Weft is {@value #WEFT}, the kernel {@value #KERNEL}.
 *
 * <p>A socket belongs to the namespace of the thread that makes its descriptor, so the kernel's sockets are made here, by the
 * thread of the namespace; any thread may use them then.
 */
final class LinuxPeer implements AutoCloseable {

    static final String DEVICE = "weft0";
    static final String WEFT = "10.9.0.2";
    static final String KERNEL = "10.9.0.1";

    /** How long anything may take before the test fails. */
    static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final int ESTABLISHED = 1;

    final NetNamespace namespace;
    final NetworkStack stack;

    private LinuxPeer(NetNamespace namespace, NetworkStack stack) {
        this.namespace = namespace;
        this.stack = stack;
    }

    /** On a TAP as it comes. */
    static LinuxPeer open() {
        return open(tap -> tap);
    }

    /** On a TAP of this mode. */
    static LinuxPeer open(DeviceMode mode) {
        return open(mode::apply);
    }

    /** On a device with these settings. */
    static LinuxPeer open(UnaryOperator<Tap> settings) {
        return open(settings, device -> device);
    }

    /** On a device with these settings, wrapped so. */
    static LinuxPeer open(UnaryOperator<Tap> settings, UnaryOperator<DeviceFactory> wrapper) {
        return open(settings, wrapper, config -> config);
    }

    /** The same, with a stack that is configured so. */
    static LinuxPeer open(UnaryOperator<Tap> settings, UnaryOperator<DeviceFactory> wrapper,
                          UnaryOperator<StackConfig> change) {
        return open(settings, wrapper, change, link -> link);
    }

    /** The same, with an interface that is configured so. */
    static LinuxPeer open(UnaryOperator<Tap> settings, UnaryOperator<DeviceFactory> wrapper,
                          UnaryOperator<StackConfig> change, UnaryOperator<LinkConfig> details) {
        var namespace = NetNamespace.create();
        try {
            Tap tap = settings.apply(Tap.named(DEVICE).host(KERNEL + "/24"));
            var config = change.apply(StackConfig.create()).link("eth0", wrapper.apply(tap), link -> details.apply(link.address(WEFT + "/24")));
            return new LinuxPeer(namespace, namespace.call(() -> NetworkStack.open(config)));
        } catch (RuntimeException | Error e) {
            namespace.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            stack.close();
        } finally {
            namespace.close();
        }
    }

    // ---------------------------------------------------------------- Weft's side

    /** Listens on a port of the stack and serves each connection until the stack closes. */
    void serve(int port, SocketHandler handler) throws IOException {
        TcpListener listener = stack.tcp().listen(port);
        Thread.ofVirtual().name("serve-" + port).start(() -> {
            try {
                listener.serve(handler);
            } catch (IOException e) {
                throw new AssertionError("port " + port + " is served no more", e);
            }
        });
    }

    /** Answers each datagram to a port of the stack with itself, until the socket or the stack is closed. */
    UdpSocket serveDatagrams(int port) throws IOException {
        UdpSocket socket = stack.udp().bind(port);
        Thread.ofVirtual().name("answer-" + port).start(() -> {
            try {
                while (true) {
                    Datagram datagram = socket.receive();
                    socket.send(datagram.replyWith(datagram.payload()));
                }
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new AssertionError("port " + port + " is served no more", e);
                }
            }
        });
        return socket;
    }

    /** A connection of the stack's to a port of the kernel. */
    TcpSocket connectFromWeft(int port) throws IOException {
        return stack.tcp().connect(KERNEL, port, TcpOptions.defaults().connectTimeout(PATIENCE).readTimeout(PATIENCE));
    }

    /** A counter of the stack. */
    long counter(String name) {
        return stack.counters().value(name);
    }

    // ---------------------------------------------------------------- the kernel's side

    /** A connection of the kernel's to a port of the stack. */
    Socket connect(int port) throws IOException {
        return unwrap(() -> {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(WEFT, port), (int) PATIENCE.toMillis());
                socket.setSoTimeout((int) PATIENCE.toMillis());
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        });
    }

    /** A listener of the kernel's on a free port. */
    ServerSocket listen() throws IOException {
        return unwrap(() -> {
            var listener = new ServerSocket(0, 1024, InetAddress.ofLiteral(KERNEL));
            listener.setSoTimeout((int) PATIENCE.toMillis());
            return listener;
        });
    }

    /** What a listener of the kernel's accepts next. */
    static Socket accept(ServerSocket listener) throws IOException {
        Socket socket = listener.accept();
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** Has the kernel reset a connection. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** A UDP socket of the kernel's on a free port. */
    DatagramSocket datagrams() throws IOException {
        return unwrap(() -> {
            var socket = new DatagramSocket(new InetSocketAddress(KERNEL, 0));
            socket.setSoTimeout((int) PATIENCE.toMillis());
            return socket;
        });
    }

    private <T> T unwrap(Callable<T> task) throws IOException {
        try {
            return namespace.call(task);
        } catch (NetNamespace.NamespaceException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Runs a program in the namespace; it has to succeed. Returns what it wrote. */
    String exec(String... command) {
        Output output = namespace.exec(command);
        assertThat(output.exitStatus()).as("%s: %s", List.of(command), output.text()).isZero();
        return output.text();
    }

    /** Sets a parameter of the namespace: {@code net/ipv4/tcp_timestamps}. */
    void sysctl(String name, String value) {
        namespace.call(() -> Files.writeString(Path.of("/proc/sys", name), value));
    }

    /** How many connections the kernel has in ESTABLISHED with this port of the stack. */
    long established(int remotePort) {
        String wanted = String.format(":%04X", remotePort);
        return namespace.call(() -> {
            long count = 0;
            // An IPv4 connection of a socket of family AF_INET6, as the JDK makes them, stands in the second file.
            for (String file : List.of("tcp", "tcp6")) {
                Path table = Path.of("/proc/thread-self/net", file);
                if (Files.exists(table)) {
                    count += Files.readAllLines(table).stream().skip(1).map(line -> line.strip().split(" +"))
                            .filter(row -> row[2].endsWith(wanted) && Integer.parseInt(row[3], 16) == ESTABLISHED).count();
                }
            }
            return count;
        });
    }

    /** The kernel's counters of the namespace as {@code nstat} names them: {@code TcpRetransSegs}. */
    Map<String, Long> kernelCounters() {
        return namespace.call(() -> {
            Map<String, Long> counters = new TreeMap<>();
            for (String file : List.of("snmp", "netstat")) {
                List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net", file));
                for (int i = 0; i + 1 < lines.size(); i += 2) {
                    String[] names = lines.get(i).split(" ");
                    String[] values = lines.get(i + 1).split(" ");
                    String group = names[0].substring(0, names[0].length() - 1);
                    for (int column = 1; column < names.length; column++) {
                        counters.put(group + names[column], Long.parseLong(values[column]));
                    }
                }
            }
            return counters;
        });
    }

    /** Nothing that came from Weft was malformed or had a wrong checksum in the kernel's eyes. */
    void assertKernelFoundNoFault() {
        Map<String, Long> counters = kernelCounters();
        for (String fault : List.of("IpInHdrErrors", "IpInAddrErrors", "IpInUnknownProtos", "IpReasmFails", "IcmpInErrors",
                "IcmpInCsumErrors", "TcpInErrs", "TcpInCsumErrors", "UdpInErrors", "UdpInCsumErrors")) {
            assertThat(counters.get(fault)).as(fault).isZero();
        }
    }

    // ---------------------------------------------------------------- waiting

    /** Runs something beside the test. */
    static <T> Future<T> async(Callable<T> task) {
        var result = new CompletableFuture<T>();
        Thread.startVirtualThread(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    /** What became of it; fails when that takes too long. */
    static <T> T result(Future<T> task) throws Exception {
        return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
