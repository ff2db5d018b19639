package dev.weft.tcp;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Who is told what connections do: all of a stack ({@link TcpSettings#events(TcpEventListener)}), one, or those of a listener
 * ({@link TcpOptions#events(TcpEventListener)}). A connection to which none listens does nothing for it.
 *
 * <p>Called on whatever thread made the connection do it, often the reader of a link, with none of the stack's locks; may
 * call any method of a socket that does not suspend, and must not block, for it holds up that thread and with it the stack.
 * The events of one connection come one at a time and in order; those of different connections may come at the same time.
 * What a listener throws is counted ({@code tcp.events.failed}), logged now and then, and goes no further. One that cannot
 * keep up, because it is called on one thread while others go on, loses the events of a connection beyond the 4,096th that
 * waits ({@code tcp.events.dropped}).
 */
@FunctionalInterface
public interface TcpEventListener {

    /** A connection has done something. */
    void happened(TcpSocketEvent event);

    /** One that writes to the logger {@code dev.weft.tcp.events}: states and retransmissions at DEBUG, windows at TRACE. */
    static TcpEventListener logging() {
        Logger log = LoggerFactory.getLogger("dev.weft.tcp.events");
        return event -> log.atLevel(event instanceof TcpSocketEvent.WindowChanged ? Level.TRACE : Level.DEBUG).log("{}", event);
    }
}
