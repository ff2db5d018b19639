package dev.weft.stack;

import java.io.IOException;

/** Weft's sockets between two stacks on a cable. */
class CableSocketsTest extends SocketContract {

    @Override
    SocketArm open() throws IOException {
        return WeftArm.onCable();
    }
}
