package dev.weft.route;

import dev.weft.link.Link;
import dev.weft.wire.InterfaceAddress;

/**
 * An address of this stack.
 *
 * @param address with the prefix of its link
 * @param link the link that has it
 */
public record LocalAddress(InterfaceAddress address, Link link) {
}
