package dev.weft.arp;

import dev.weft.device.Frame;
import dev.weft.device.OutFrame;
import dev.weft.link.Link;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.Daemon;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.Mailbox;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Signal;
import dev.weft.runtime.Suspension;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.ArpView;
import dev.weft.wire.Defect;
import dev.weft.wire.EtherType;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Address resolution on one Ethernet link: answers for the own addresses, and finds the hardware addresses of neighbours.
 * The package's introduction tells who may call what, and what it costs.
 *
 * <h2>Threads</h2>
 * The daemon owns {@link #table} and the frames that wait. It sleeps in one place, in {@link #run}, until a packet or a
 * command comes or the table's deadline does. Packets come from the reader through the bounded {@link #mailbox}; commands
 * come from anybody through {@link #commands}, which is bounded by what they hold: one for each thread that asks, one for
 * each copy of a frame that the pool had room for, and the program's own settings. {@link #query} parks on a signal of its
 * own.
 */
public final class Arp implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Arp.class);
    /** Packets shed first that the mailbox holds; enough for a burst, too few to matter. */
    private static final int QUESTION_ROOM = 128;

    private final Link link;
    private final MacAddress mac;
    private final NanoClock clock;
    private final ArpTable table;
    private final ParkedFrames parked;
    private final Mailbox<ArpPacket> mailbox;
    private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
    private final List<AddressListener> listeners = new CopyOnWriteArrayList<>();
    private final CounterGroup<ArpInput> received;
    private final CounterGroup<Defect.Arp> malformed;
    private final CounterGroup<ArpLoss> losses;
    private final ArpView[] views;                        // one for each reader
    private volatile boolean suspects;                    // set by transports, taken back by the daemon
    private volatile boolean cameUp;                      // set by the reader, taken back by the daemon
    private final AtomicReference<IOException> closed = new AtomicReference<>();  // why, once nobody is served any more
    private Daemon daemon;                                // set before anybody else sees this

    /** Something the daemon is to do; runs on it. */
    @FunctionalInterface
    private interface Command {
        void run(long now);
    }

    /** A thread inside {@link #query}. */
    private static final class Asking implements ArpWaiter {
        private final Signal answered;
        private volatile ArpAnswer answer;

        Asking(NanoClock clock) {
            answered = new Signal(clock);
        }

        @Override
        public void answered(ArpAnswer given) {
            answer = given;
            answered.raise();
        }

        ArpAnswer await() throws InterruptedException {
            while (answer == null) {
                answered.await();
            }
            return answer;
        }
    }

    private Arp(Link link, NanoClock clock, Randomness randomness, Counters counters, ArpOptions options) {
        this.link = link;
        this.clock = clock;
        mac = link.mac();
        views = new ArpView[link.readers()];
        Arrays.setAll(views, i -> new ArpView());
        table = new ArpTable(mac, options, randomness);
        parked = new ParkedFrames("arp.parked", options.parkedPerEntry(), options.parkedBytes());
        mailbox = new Mailbox<>(clock, options.cacheSize(), QUESTION_ROOM);
        received = new CounterGroup<>(counters, "arp.in", ArpInput.class);
        malformed = new CounterGroup<>(counters, "arp.in.malformed", Defect.Arp.class);
        losses = new CounterGroup<>(counters, "arp.drop", ArpLoss.class);
    }

    /**
     * Starts address resolution on {@code link}, with no address of its own yet.
     *
     * @param link an Ethernet link; its handler for ARP is taken
     * @param scope where the daemon is forked; when it closes, ARP closes
     * @param counters where packets are counted below {@code arp}
     * @throws IllegalArgumentException if the link has no hardware addresses, or its MTU is less than an ARP packet's 28
     *     bytes (RFC 826)
     * @throws IllegalStateException if the link's ARP is handled already, or the scope is closed
     */
    public static Arp create(Link link, NanoClock clock, Randomness randomness, DaemonScope scope, Counters counters,
            ArpOptions options) {
        if (!link.hasLinkAddresses()) {
            throw new IllegalArgumentException(link.name() + " has no hardware addresses to resolve; send without ARP");
        }
        if (link.mtu() < ArpPacket.LENGTH) {
            throw new IllegalArgumentException("the MTU of " + link.name() + " is " + link.mtu()
                    + " bytes, and an ARP packet has " + ArpPacket.LENGTH + " (RFC 826): give the device a larger MTU");
        }
        Arp arp = new Arp(link, clock, randomness, counters, options);
        try {
            link.setHandler(EtherType.ARP, arp::input);
            link.addLinkListener(arp::linkChanged);
            arp.daemon = scope.fork("arp-" + link.name(), arp::run);
        } catch (RuntimeException e) {
            arp.end(new IOException("ARP could not be started on " + link.name(), e));
            throw e;
        }
        return arp;
    }

    /** The own hardware address, which answers carry. */
    public MacAddress macAddress() {
        return mac;
    }

    /**
     * Sets the own addresses, each with the prefix of its subnet: they are answered for, announced (after probing, where
     * the options say so), and defended. Where they differ from those before, what was learned is forgotten, and open
     * questions are answered {@link ArpAnswer.Cleared}. Never suspends; takes effect before any later call of the same
     * thread to {@link #query} or {@link #sendWhenResolved} is served, but {@link #ask} and {@link #lookup} may show
     * the old state for some microseconds.
     *
     * @param addresses IPv4, none twice; may be empty
     * @throws IllegalArgumentException if an address is IPv6, or one that no host on Ethernet can have, or there twice
     */
    public void setIps(List<InterfaceAddress> addresses) {
        Set<Ipv4Address> seen = new LinkedHashSet<>();
        for (InterfaceAddress each : addresses) {
            if (!(each.address() instanceof Ipv4Address address)) {
                throw new IllegalArgumentException("ARP resolves IPv4 addresses, not " + each);
            }
            checkHost(address);
            if (!seen.add(address)) {
                throw new IllegalArgumentException(address + " is there twice");
            }
        }
        List<InterfaceAddress> copy = List.copyOf(addresses);
        command(now -> table.setIps(now, copy));
    }

    /**
     * Configures a neighbour's hardware address: it is never asked for, never changed by the network, never driven out, and
     * survives {@link #setIps}. No effect on an own address. Never suspends.
     *
     * @throws IllegalArgumentException if either is an address that no single station can have
     */
    public void addStatic(Ipv4Address address, MacAddress hardware) {
        checkHost(address);
        if (hardware.isMulticast() || hardware.bits() == 0) {
            throw new IllegalArgumentException(hardware + " is not the address of one station");
        }
        command(now -> table.configure(address.bits(), hardware.bits()));
    }

    /** Takes back {@link #addStatic}. Never suspends. */
    public void removeStatic(Ipv4Address address) {
        command(now -> table.unconfigure(address.bits()));
    }

    /** Adds somebody to be told what becomes of the own addresses. */
    public void addAddressListener(AddressListener listener) {
        listeners.add(listener);
    }

    /**
     * Finds the hardware address of a neighbour. Returns at once when it is known, else suspends until it is, or the
     * question with its repetitions has gone unanswered ({@code (retries + 1) · delay}, by default 9 s). Threads that ask
     * for one address share one question.
     *
     * @throws InterruptedException if the thread is or becomes interrupted; the question goes on without it
     * @throws IllegalArgumentException if no single station can have the address
     * @throws IllegalStateException on a thread that must not suspend, such as a reader
     */
    public ArpAnswer query(Ipv4Address address) throws InterruptedException {
        Suspension.check("Arp.query");
        checkHost(address);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long known = table.lookup(address.bits());
        if (known != ArpEntry.UNKNOWN && closed.get() == null) {
            return new ArpAnswer.Resolved(new MacAddress(known));
        }
        Asking asking = new Asking(clock);
        command(now -> table.query(now, address.bits(), asking));
        // Whoever closes says so first and empties the queue after: either that sees this command, or this sees that.
        IOException why = closed.get();
        if (why != null) {
            return new ArpAnswer.Failed(why);
        }
        try {
            return asking.await();
        } catch (InterruptedException e) {
            command(now -> table.withdraw(address.bits(), asking));
            throw e;
        }
    }

    /** The hardware address where it is known; never suspends, asks nobody, and does not count as use. */
    public Optional<MacAddress> ask(Ipv4Address address) {
        long known = table.peek(address.bits());
        return known == ArpEntry.UNKNOWN ? Optional.empty() : Optional.of(new MacAddress(known));
    }

    /**
     * The bits of the hardware address of a next hop, or −1 when it is not known: then hand the frame to
     * {@link #sendWhenResolved}. For the data path: takes no lock and makes no garbage. Counts as use of the entry.
     */
    public long lookup(int ipv4) {
        return table.lookup(ipv4);
    }

    /**
     * Sends a packet once its next hop is known: copies it, asks for the address unless that is done already, and returns.
     * When the answer comes the copy leaves; when none comes, {@code onFailure} is told. Never suspends. The copy is one of
     * at most {@code parkedPerEntry} for the address, of which the oldest goes.
     *
     * @param nextHop the bits of the address of a station on the link
     * @param frame the packet without link header; the caller's again when this returns
     * @param onFailure may be null; not told when the frame was driven out, or ARP is closed
     * @return false when it was dropped at once, for want of room or because ARP is closed (it was counted)
     */
    public boolean sendWhenResolved(int nextHop, OutFrame frame, int etherType, ParkedFrameListener onFailure) {
        ParkedFrames.Parked copy = copy(nextHop, frame, etherType, onFailure);
        if (copy == null) {
            losses.increment(ArpLoss.PARKED_NO_ROOM);
            return false;
        }
        command(now -> park(now, copy));
        return true;
    }

    private ParkedFrames.Parked copy(int nextHop, OutFrame frame, int etherType, ParkedFrameListener onFailure) {
        if (closed.get() != null || !ArpTable.isHost(nextHop)) {
            return null;
        }
        try {
            return parked.copy(nextHop, frame, etherType, onFailure);
        } catch (IllegalStateException e) {
            if (closed.get() == null) {
                throw e;
            }
            return null; // The pool was closed while the bytes were copied.
        }
    }

    /**
     * A transport has made progress through this neighbour: it is reachable, and need not be asked for again before its
     * entry has lived another full life. For the data path: no lock, no garbage.
     */
    public void confirm(int ipv4) {
        table.confirm(ipv4, clock.nanoTime());
    }

    /**
     * A transport gets nothing back through this neighbour (RFC 9293 §3.8.3, R1): it is asked for again, first itself, then
     * everybody; the entry is used meanwhile, and forgotten when nobody answers. No effect on an unknown or own address.
     */
    public void suspect(int ipv4) {
        if (table.suspect(ipv4)) {
            suspects = true;
            mailbox.wakeUp();
        }
    }

    /**
     * Ends address resolution: whoever waits gets {@link ArpAnswer.Failed}, parked frames are dropped. Returns when the
     * daemon has ended; an interrupt does not cut that short and stays set. Again is no harm.
     *
     * @throws IllegalStateException on a thread that must not suspend
     */
    @Override
    public void close() {
        Suspension.check("Arp.close");
        daemon.cancel();
        boolean interrupted = false;
        while (!daemon.isDone()) {
            try {
                daemon.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        // A daemon that was cancelled before it began has not done this.
        end(new IOException("ARP on " + link.name() + " is closed"));
    }

    // ---- On the reader ------------------------------------------------------------------------------------------

    private void linkChanged(boolean up) {
        if (up) {
            cameUp = true;
            mailbox.wakeUp();
        }
    }

    private void input(Frame frame) {
        if (closed.get() != null) {
            return;
        }
        ArpView view = views[frame.batch().queue()];
        Defect.Arp defect = view.wrap(frame.segment(), frame.offset(), frame.length());
        if (defect != null) {
            malformed.increment(defect);
            return;
        }
        ArpInput kind = table.classify(view.isRequest(), view.senderMac(), view.senderIp(), view.targetIp());
        received.increment(kind);
        boolean kept = switch (kind) {
            case AWAITED -> !table.claimAnswer(view.senderIp()) || mailbox.offerAnswer(packet(view));
            case NEWS, CONFLICT, QUESTION -> mailbox.offerQuestion(packet(view));
            default -> true;
        };
        if (!kept) {
            losses.increment(ArpLoss.SHED);
        }
    }

    private static ArpPacket packet(ArpView view) {
        return new ArpPacket(view.isRequest() ? ArpPacket.Operation.REQUEST : ArpPacket.Operation.REPLY,
                new MacAddress(view.senderMac()), new Ipv4Address(view.senderIp()),
                new MacAddress(view.targetMac()), new Ipv4Address(view.targetIp()));
    }

    // ---- On the daemon ------------------------------------------------------------------------------------------

    private void run() throws InterruptedException {
        IOException why = new IOException("ARP on " + link.name() + " is closed");
        try {
            // A flood never lets the mailbox wait, which is where an interrupt would be noticed.
            while (!Thread.currentThread().isInterrupted()) {
                turn(mailbox.awaitUntil(table.deadline()));
            }
        } catch (RuntimeException | Error e) {
            why = new IOException("ARP on " + link.name() + " has failed", e);
            throw e;
        } finally {
            end(why);
        }
    }

    /** Commands before packets: the question stands in the table before its answer is looked at. */
    private void turn(ArpPacket packet) {
        long now = clock.nanoTime();
        Command command = commands.poll();
        while (command != null) {
            command.run(now);
            perform(now);
            command = commands.poll();
        }
        if (packet != null) {
            table.packet(now, packet);
        }
        if (cameUp) {
            cameUp = false;
            table.linkUp(now);
        }
        if (suspects) {
            suspects = false;
            table.pollSuspects(now);
        }
        table.tick(now);
        perform(now);
    }

    private void perform(long now) {
        ArpEffect effect = table.poll();
        while (effect != null) {
            switch (effect) {
                case ArpEffect.Send(ArpPacket packet, MacAddress destination) -> send(packet, destination);
                case ArpEffect.Answer(ArpWaiter waiter, ArpAnswer answer) -> waiter.answered(answer);
                case ArpEffect.Reachable(int address, long hardware) -> sendParked(address, hardware);
                case ArpEffect.Unreachable(int address) -> failParked(address);
                case ArpEffect.GivenUp(int address, ArpLoss loss) -> dropParked(address, loss);
                case ArpEffect.Claimed(Ipv4Address address) -> {
                    log.atDebug().addKeyValue("iface", link.name()).addKeyValue("address", address).log("address claimed");
                    tell(listener -> listener.claimed(address));
                }
                case ArpEffect.Lost(Ipv4Address address, MacAddress holder) -> {
                    log.atWarn().addKeyValue("iface", link.name()).addKeyValue("address", address)
                            .addKeyValue("holder", holder).log("another station has this address; ceased to use it");
                    tell(listener -> listener.lost(address, holder));
                }
            }
            effect = table.poll();
        }
    }

    private void send(ArpPacket packet, MacAddress destination) {
        OutFrame frame = link.frames().tryAcquire();
        boolean sent = false;
        if (frame != null) {
            try {
                packet.emit(frame.head(), frame.append(ArpPacket.LENGTH));
                sent = link.transmit(frame, destination.bits(), EtherType.ARP);
            } finally {
                link.frames().release(frame);
            }
        }
        if (!sent) {
            losses.increment(ArpLoss.NOT_SENT);
        }
    }

    private void park(long now, ParkedFrames.Parked copy) {
        for (ParkedFrames.Parked dropped : parked.add(copy)) {
            losses.increment(ArpLoss.PARKED_OLDEST_OUT);
            parked.release(dropped);
        }
        table.want(now, copy.nextHop);
    }

    private void sendParked(int address, long hardware) {
        for (ParkedFrames.Parked copy : parked.take(address)) {
            OutFrame frame = link.frames().tryAcquire();
            boolean sent = false;
            if (frame != null) {
                try {
                    copy.restore(frame);
                    sent = link.transmit(frame, hardware, copy.etherType);
                } finally {
                    link.frames().release(frame);
                }
            }
            parked.release(copy);
            if (!sent) {
                losses.increment(ArpLoss.NOT_SENT);
            }
        }
    }

    private void failParked(int address) {
        for (ParkedFrames.Parked copy : parked.take(address)) {
            losses.increment(ArpLoss.PARKED_UNANSWERED);
            try {
                copy.tellUnreachable();
            } catch (RuntimeException e) {
                logListener(e);
            }
            parked.release(copy);
        }
    }

    private void dropParked(int address, ArpLoss loss) {
        for (ParkedFrames.Parked copy : parked.take(address)) {
            losses.increment(loss);
            parked.release(copy);
        }
    }

    private void tell(Consumer<AddressListener> event) {
        for (AddressListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                logListener(e);
            }
        }
    }

    private void logListener(RuntimeException e) {
        log.atError().addKeyValue("iface", link.name()).setCause(e).log("a listener of ARP has failed");
    }

    /** The last thing the daemon does; or, where it never ran, whoever closes. */
    private void end(IOException why) {
        if (!closed.compareAndSet(null, why)) {
            return;
        }
        long now = clock.nanoTime();
        for (Command command = commands.poll(); command != null; command = commands.poll()) {
            command.run(now);
        }
        table.fail(why);
        for (ArpEffect effect = table.poll(); effect != null; effect = table.poll()) {
            if (effect instanceof ArpEffect.Answer(ArpWaiter waiter, ArpAnswer answer)) {
                waiter.answered(answer);
            }
        }
        losses.add(ArpLoss.PARKED_CLEARED, parked.size());
        parked.close();
    }

    private void command(Command command) {
        if (closed.get() == null) {
            commands.add(command);
            mailbox.wakeUp();
        }
    }

    private static void checkHost(Ipv4Address address) {
        if (!ArpTable.isHost(address.bits())) {
            throw new IllegalArgumentException(address + " is not the address of one station on a link");
        }
    }

    @Override
    public String toString() {
        return "arp " + link.name() + " " + mac;
    }
}
