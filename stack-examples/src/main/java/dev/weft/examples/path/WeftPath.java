package dev.weft.examples.path;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.tap.Tap;
import dev.weft.tcp.TcpCongestion;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSocketInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Weft's sockets on a TAP that exists, with all options at their defaults but the congestion control. */
final class WeftPath implements PathNetwork {

    private final NetworkStack stack;

    WeftPath(String tap, String address, String mac, String congestion) throws IOException {
        TcpCongestion algorithm = switch (congestion) {
            case "cubic" -> TcpCongestion.CUBIC;
            case "reno" -> TcpCongestion.NEW_RENO;
            case "bbr" -> TcpCongestion.BBR;
            default -> throw new IllegalArgumentException("no congestion control is called " + congestion);
        };
        stack = NetworkStack.open(StackConfig.create()
                .link("eth0", Tap.named(tap).existing(), link -> link.address(address).mac(mac))
                .tcp(TcpSettings.defaults().congestionControl(algorithm)));
    }

    @Override
    public Arrival listen(int port) throws IOException {
        TcpListener listener = stack.tcp().listen(port);
        return () -> {
            try (listener) {
                return new WeftSocket(listener.accept());
            }
        };
    }

    @Override
    public PathSocket connect(String host, int port) throws IOException {
        return new WeftSocket(stack.tcp().connect(host, port, TcpOptions.defaults()));
    }

    @Override
    public Thread thread(String name, Runnable body) {
        return Thread.ofVirtual().name(name).unstarted(body);
    }

    @Override
    public void close() {
        stack.close();
    }

    private record WeftSocket(TcpSocket socket) implements PathSocket {

        @Override
        public InputStream input() {
            return socket.input();
        }

        @Override
        public OutputStream output() {
            return socket.output();
        }

        @Override
        public String state() {
            TcpSocketInfo info = socket.info();
            return "retransmitted=" + info.retransmittedBytes() + " state=" + info.state() + " rtt=" + info.roundTrip().toNanos() / 1e6
                    + " rto=" + info.retransmissionTimeout().toMillis() + " cwnd=" + info.cwnd() + " ssthresh=" + info.ssthresh()
                    + " mss=" + info.mss() + " inFlight=" + info.inFlight() + " unsent=" + info.unsent()
                    + " sendWindow=" + info.sendWindow() + " receiveWindow=" + info.receiveWindow()
                    + " acked=" + info.bytesAcknowledged() + " retransmits=" + info.retransmits()
                    + " timeouts=" + info.timeouts() + " sacked=" + info.sacked() + " lost=" + info.lost()
                    + " reordering=" + info.reorderingSeen() + " pacing=" + info.pacingRate() * 8
                    + " delivery=" + info.deliveryRate() * 8;
        }

        @Override
        public void reset() {
            socket.abort();
        }
    }
}
