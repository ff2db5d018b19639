package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Suspension;
import dev.weft.tcp.core.TcpConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Objects;

/**
 * A TCP connection in the blocking style.
 *
 * <p><b>Blocking.</b> {@link #read} suspends the calling thread until at least one byte is there, the input has ended, the
 * connection has failed, or the read timeout has passed. {@link #write} suspends until all bytes are in the send buffer,
 * not until the peer has them. {@link #close} does not suspend, but where {@link #linger} asks for it.
 *
 * <p><b>Threads.</b> One thread may read while another writes; a second reader or writer at the same time gets an
 * {@link IllegalStateException}. Any thread may close: whoever is blocked gets {@code SocketException("Socket closed")}.
 *
 * <p><b>Interruption.</b> A thread that is interrupted in or before a blocking call closes the socket, and gets
 * {@code SocketException("Closed by interrupt")} with its interrupt status set.
 *
 * <p><b>Errors</b> are the platform's: {@code SocketException("Connection reset …")}, {@link SocketTimeoutException} (the
 * socket stays usable), {@link java.net.NoRouteToHostException}. Bytes that came before a failure are read before it is thrown.
 */
public final class TcpSocket implements AutoCloseable {

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(TcpSocket.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Flow flow;
    private final NanoClock clock;
    private final SocketReader reader;
    private final SocketWriter writer;
    private volatile Duration linger;
    private volatile boolean closed;

    TcpSocket(Flow flow, NanoClock clock, TcpOptions options) {
        this.flow = flow;
        this.clock = clock;
        reader = new SocketReader(this, flow, clock, options.readTimeout(), options.readLowWater());
        writer = new SocketWriter(this, flow, clock);
        linger = options.linger();
        flow.listener(new FlowListener() {
            @Override
            public void ready(Flow source, int events) {
                TcpSocket.this.ready(events);
            }

            @Override
            public void stackCloses() {
                end(false);
            }
        });
    }

    // ---------------------------------------------------------------- reading

    /**
     * Reads at least one byte. May suspend.
     *
     * @return how many bytes were read, −1 at the end of the input
     * @throws SocketTimeoutException when the read timeout passes first
     * @throws IOException when the connection has failed or the socket is closed
     */
    public int read(byte[] target) throws IOException {
        return read(target, 0, target.length);
    }

    /**
     * Reads at least one byte, unless {@code length} is 0. May suspend.
     *
     * @return how many bytes were read, at most {@code length}, −1 at the end of the input
     * @throws SocketTimeoutException when the read timeout passes first
     * @throws IOException when the connection has failed or the socket is closed
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        return length == 0 ? 0 : reader.read(MemorySegment.ofArray(target), offset, length);
    }

    /**
     * Reads at least one byte into the rest of {@code target}, direct or not, unless nothing remains in it. May suspend.
     *
     * @return how many bytes were read, −1 at the end of the input
     * @throws IllegalArgumentException when the buffer is read-only
     * @throws SocketTimeoutException when the read timeout passes first
     * @throws IOException when the connection has failed or the socket is closed
     */
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("a read-only buffer cannot be read into");
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        int n = reader.read(MemorySegment.ofBuffer(target), 0, target.remaining());
        if (n > 0) {
            target.position(target.position() + n);
        }
        return n;
    }

    /** The most that a consumer can wait for, see {@link #read(int, TcpConsumer)}. */
    public static final int MOST_CONSUMED = 64 << 10;

    /** The same as {@link #read(int, TcpConsumer)}, waiting for one byte, or for the low-water mark. */
    public int read(TcpConsumer consumer) throws IOException {
        return reader.read(0, Integer.MAX_VALUE, Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Reads without a copy: {@code consumer} looks at the bytes in the receive buffer, and says how many of them it has taken; the
     * others stay. Called once, when at least {@code least} bytes are there, or fewer where more will not come: at the end of the
     * input, before urgent data, when the read timeout has passed, or the buffer or the stack's memory is full. May suspend until
     * then, and as long as the consumer does.
     *
     * <p>A consumer that takes nothing gets the same bytes again: to see more of a message than there is, ask for more.
     * An interrupt while this waits closes the socket, as in any read; one while the consumer runs is the consumer's, and the next
     * call finds it.
     *
     * @param least 1 to {@value #MOST_CONSUMED}
     * @return how many bytes were consumed, 0 or more; −1 at the end of the input, and then the consumer is not called
     * @throws IllegalArgumentException if {@code least} is out of range
     * @throws IndexOutOfBoundsException if the consumer says that it has consumed more than there was, or less than 0; nothing is then
     * @throws SocketTimeoutException when the read timeout passes and nothing is there
     * @throws IOException when the connection has failed or the socket is closed; or the consumer's own. What the consumer throws,
     *     of any kind, leaves all bytes where they are
     */
    public int read(int least, TcpConsumer consumer) throws IOException {
        Objects.requireNonNull(consumer, "consumer");
        if (least < 1 || least > MOST_CONSUMED) {
            throw new IllegalArgumentException("TcpSocket.read: at least " + least + " bytes are not 1 to " + MOST_CONSUMED);
        }
        return reader.read(least, Integer.MAX_VALUE, consumer);
    }

    /**
     * Reads into a file, straight from the receive buffer: up to {@code count} bytes, fewer where the input ends. May suspend until they
     * have come, and as long as the file takes. The file's own position stays; what lies behind what is written stays as well, and a
     * position behind its end makes it longer, as with {@link FileChannel#write(ByteBuffer, long)}.
     *
     * <p>Where an error comes after some bytes, this returns how many, and the next call throws it: the read timeout, a connection
     * that has failed, the file's own. Bytes that the file did not take are not lost, but stay to be read. An interrupt while this waits for the peer closes
     * the socket, as in any read; while the file is written it closes the file, as in {@link FileChannel}.
     *
     * @param position of the file, where the first byte goes; 0 or more
     * @param count 0 or more
     * @return how many bytes have been read and written; 0 at the end of the input
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     * @throws java.nio.channels.NonWritableChannelException if the file is not open for writing
     * @throws SocketTimeoutException when the read timeout passes and nothing has come
     * @throws IOException when the connection has failed, the socket is closed, or the file fails
     */
    public long transferTo(FileChannel file, long position, long count) throws IOException {
        checkTransfer(file, position, count);
        return FileTransfer.toFile(reader, file, position, count);
    }

    /**
     * Writes from a file, straight into the send buffer: up to {@code count} bytes, fewer where the file ends. May suspend for room in
     * the send buffer, not until the peer has them. The file's own position stays.
     *
     * <p>Where an error comes after some bytes, this returns how many, and the next call throws it: a connection that has failed, the
     * file's own. An interrupt while this waits for the peer closes the socket, as in any write; while the file is read it closes the
     * file, as in {@link FileChannel}.
     *
     * @param position of the file, of the first byte; 0 or more
     * @param count 0 or more
     * @return how many bytes have been written; 0 where {@code position} is not before the end of the file
     * @throws IllegalArgumentException if {@code position} or {@code count} is negative
     * @throws java.nio.channels.NonReadableChannelException if the file is not open for reading
     * @throws IOException when the connection has failed, output was shut down, the socket is closed, or the file fails
     */
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        checkTransfer(file, position, count);
        return FileTransfer.fromFile(writer, file, position, count);
    }

    private static void checkTransfer(FileChannel file, long position, long count) {
        Objects.requireNonNull(file, "file");
        if (position < 0 || count < 0) {
            throw new IllegalArgumentException("a transfer of " + count + " bytes, position " + position + " of the file");
        }
    }

    /** Bytes that can be read without waiting. */
    int available() throws IOException {
        return reader.available();
    }

    /** Waits until something can be read; false at the end of the input. May suspend; no buffer is held meanwhile. */
    boolean awaitReadable() throws IOException {
        return reader.awaitReadable();
    }

    // ---------------------------------------------------------------- writing

    /**
     * Writes all bytes into the send buffer. May suspend.
     *
     * @throws IOException when the connection has failed, output was shut down, or the socket is closed; then some of the
     *     bytes may have been sent
     */
    public void write(byte[] source) throws IOException {
        write(source, 0, source.length);
    }

    /**
     * Writes {@code length} bytes into the send buffer. May suspend.
     *
     * @throws IOException when the connection has failed, output was shut down, or the socket is closed; then some of the
     *     bytes may have been sent
     */
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        writer.write(MemorySegment.ofArray(source), offset, length);
    }

    /**
     * Writes all that remains in {@code source}, direct or not, into the send buffer. May suspend.
     *
     * @throws IOException when the connection has failed, output was shut down, or the socket is closed; then some of the
     *     bytes may have been sent, and the buffer's position is what it was
     */
    public void write(ByteBuffer source) throws IOException {
        writer.write(MemorySegment.ofBuffer(source), 0, source.remaining());
        source.position(source.limit());
    }

    /**
     * Writes one byte of urgent data, the lowest eight bits of {@code data}, behind what was written before: the peer is told
     * at once that it is on its way (RFC 9293 §3.8.5). For programs that need it: RFC 6093 §5 advises new ones against it, for
     * middleboxes lose the mark. May suspend, as {@link #write(byte[])} does.
     *
     * @throws IOException as {@link #write(byte[])}
     */
    public void sendUrgentData(int data) throws IOException {
        writer.write(MemorySegment.ofArray(new byte[] {(byte) data}), 0, 1, true);
    }

    /**
     * Where the peer's urgent data ends: so many bytes from the next one to be read on; 0 if there is none ahead. A read ends
     * before the last of them, so 1 says that it is the next to be read. It need not have come yet. A {@link TcpEventListener}
     * hears of it at once. Does not suspend.
     */
    public int urgentRemaining() {
        flow.lock();
        try {
            return flow.core().urgentRemaining();
        } finally {
            flow.unlockUnchanged();
        }
    }

    /**
     * Whether the last byte of urgent data is read with the others, true at first (RFC 6093 §4), or is left out of the stream as
     * {@code java.net.Socket} does unless told otherwise. Does not suspend.
     */
    public void urgentInLine(boolean on) {
        flow.lock();
        try {
            flow.core().urgentInLine(on);
        } finally {
            flow.unlock();
        }
    }

    // ---------------------------------------------------------------- ends

    /**
     * The input as a stream. Its {@code transferTo}, {@code readAllBytes} and {@code skip} hold no buffer while they wait;
     * closing it closes the socket.
     */
    public InputStream input() {
        return new SocketInput(this);
    }

    /** The output as a stream, without a buffer of its own: {@code flush} has nothing to do. Closing it closes the socket. */
    public OutputStream output() {
        return new SocketOutput(this);
    }

    /**
     * Reads nothing more: reads return −1 from now on, what is unread and what still comes is acknowledged and thrown away.
     *
     * @throws SocketException when the socket is closed
     */
    public void shutdownInput() throws IOException {
        flow.lock();
        try {
            if (closed) {
                throw flow.closedException();
            }
            flow.core().shutdownInput(clock.nanoTime());
        } finally {
            flow.unlock();
        }
        reader.wake();
    }

    /**
     * Writes nothing more: the peer reads the end of the stream after what was written. Reading goes on.
     *
     * @throws SocketException when the socket is closed
     */
    public void shutdownOutput() throws IOException {
        writer.shutdown();
    }

    /**
     * Closes both directions; idempotent. What was written is delivered behind the caller's back, but where the linger
     * option says otherwise: zero resets the connection, a positive one makes this call suspend so long for the delivery
     * and reset what is left; an interrupt cuts that short, and stays set. Unread input, or input that comes later, resets the connection (RFC 9293 §3.6.1).
     */
    @Override
    public void close() {
        Duration patience = linger;
        boolean waits = patience != null && !patience.isZero();
        if (waits && !closed) {
            Suspension.check("TcpSocket.close with linger");
        }
        if (!end(patience != null && patience.isZero())) {
            return;
        }
        if (waits) {
            writer.awaitDelivery(NanoClock.deadline(clock.nanoTime(), patience));
        } else {
            flow.orphaned();
        }
    }

    /** Resets the connection: nothing more is delivered either way. Never suspends; after {@link #close} without effect. */
    public void abort() {
        end(true);
    }

    private boolean end(boolean reset) {
        if (!CLOSED.compareAndSet(this, false, true)) {
            return false;
        }
        flow.lock();
        try {
            if (reset) {
                flow.core().abort(clock.nanoTime());
            } else {
                flow.core().close(clock.nanoTime());
            }
        } finally {
            flow.unlock();
        }
        reader.wake();
        writer.wake();
        return true;
    }

    /** What a thread does that is interrupted in a call (D9): the status stays. */
    SocketException closeByInterrupt() {
        if (end(false)) {
            flow.orphaned();
        }
        return Failures.interrupted();
    }

    // ---------------------------------------------------------------- options and facts

    /** How long reads wait, zero for ever. */
    public void readTimeout(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a read timeout of " + limit);
        }
        reader.timeout(limit);
    }

    /**
     * How many bytes a read waits for: SO_RCVLOWAT of Linux. A read that can take fewer waits for as many as it can take. One ends
     * with less at the end of the input, when the connection fails, when the read timeout passes (with what there is; only without
     * anything that is an exception), before urgent data, and when hardly more can come: the receive buffer is full,
     * or the stack's memory for buffers is short. Below its mark a thread that waits is not woken. Does not suspend.
     *
     * @param bytes 1 to 2<sup>30</sup>
     * @throws IllegalArgumentException if it is out of range
     */
    public void readLowWater(int bytes) {
        reader.lowWater(TcpOptions.defaults().readLowWater(bytes).readLowWater());
    }

    /** Nagle's algorithm off or on. */
    public void noDelay(boolean on) {
        flow.lock();
        try {
            flow.core().noDelay(on);
        } finally {
            flow.unlock();
        }
    }

    /**
     * Acknowledges what comes at once, beginning with what waits for its ACK, or puts ACKs off as long as that is allowed
     * (RFC 9293 §3.8.6.3): TCP_QUICKACK of Linux. As there it does not last: the connection goes its own way again after 16
     * segments, or when it sends data. Does not suspend.
     */
    public void quickAck(boolean on) {
        flow.lock();
        try {
            flow.core().quickAck(on);
        } finally {
            flow.unlock();
        }
    }

    /**
     * Collects small writes into full segments, or no longer: TCP_CORK of Linux. While it is on, a segment that is not full
     * waits for more, for {@link #shutdownOutput}, or for 200 ms; what waits when it is turned off leaves at once. Off at first.
     * Does not suspend.
     */
    public void cork(boolean on) {
        flow.lock();
        try {
            flow.core().cork(on);
        } finally {
            flow.unlock();
        }
    }

    /**
     * Asks a silent peer whether it is there (RFC 9293 §3.8.4), see {@link TcpPatience}; a count of 0 asks no more.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public void keepAlive(Duration idle, Duration interval, int count) {
        TcpPatience checked = TcpPatience.defaults().keepAlive(idle, interval, count);
        flow.lock();
        try {
            flow.core().keepAlive(clock.nanoTime(), NanoClock.deadline(0, checked.keepAliveIdle()),
                    NanoClock.deadline(0, checked.keepAliveInterval()), count);
        } finally {
            flow.unlock();
        }
    }

    /**
     * How long something written may stay unacknowledged before the connection fails, see {@link TcpPatience}; zero leaves it
     * to the limit of retransmissions.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void userTimeout(Duration limit) {
        TcpPatience checked = TcpPatience.defaults().userTimeout(limit);
        flow.lock();
        try {
            flow.core().userTimeout(clock.nanoTime(), NanoClock.deadline(0, checked.userTimeout()));
        } finally {
            flow.unlock();
        }
    }

    /** What {@link #close} does, see {@link TcpOptions#linger()}; null lets data be delivered behind the caller's back. */
    public void linger(Duration limit) {
        if (limit != null && limit.isNegative()) {
            throw new IllegalArgumentException("a linger time of " + limit);
        }
        linger = limit;
    }

    /** This end. */
    public InetSocketAddress localAddress() {
        return flow.key.local();
    }

    /** The other end. */
    public InetSocketAddress remoteAddress() {
        return flow.key.remote();
    }

    /** Whether {@link #close} or {@link #abort} was called, or an interrupt closed the socket. */
    public boolean isClosed() {
        return closed;
    }

    /** What can be seen of the connection at this moment, also after its end. Never suspends for the network. */
    public TcpSocketInfo info() {
        return flow.info();
    }

    /** The connection for people: {@code tcp ESTABLISHED 10.9.0.2:7 ↔ 10.9.0.1:40312}. */
    @Override
    public String toString() {
        flow.lock();
        try {
            return "tcp " + flow.core().state() + " " + flow.key;
        } finally {
            flow.unlockUnchanged();
        }
    }

    // ---------------------------------------------------------------- readiness

    /** Waits until the handshake is done. */
    void awaitConnected(Duration limit) throws IOException {
        writer.awaitConnected(limit);
    }

    /** Something changed: wakes whom it concerns. Any thread, without locks. */
    private void ready(int events) {
        int ended = TcpConnection.FAILED | TcpConnection.CLOSED | TcpConnection.CONNECTED;
        if ((events & (TcpConnection.READABLE | TcpConnection.INPUT_ENDED | ended)) != 0) {
            reader.wake();
        }
        if ((events & (TcpConnection.WRITABLE | TcpConnection.DELIVERED | ended)) != 0) {
            writer.wake();
        }
    }
}
