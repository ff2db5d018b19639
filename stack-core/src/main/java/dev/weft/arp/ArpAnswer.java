package dev.weft.arp;

import dev.weft.wire.MacAddress;
import java.io.IOException;

/** What became of a question for a hardware address. */
public sealed interface ArpAnswer {

    /**
     * The address is known.
     *
     * @param mac who has it
     */
    record Resolved(MacAddress mac) implements ArpAnswer {
    }

    /** The question and all its repetitions went unanswered. */
    record Timeout() implements ArpAnswer {
    }

    /** The own addresses were changed while the question was open: what was asked may make no sense any more. */
    record Cleared() implements ArpAnswer {
    }

    /**
     * There can be no answer: ARP was closed, its daemon failed, or every place of the cache is held by a question that
     * another thread waits for.
     *
     * @param cause which of these
     */
    record Failed(IOException cause) implements ArpAnswer {
    }
}
