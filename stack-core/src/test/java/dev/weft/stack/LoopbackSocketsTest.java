package dev.weft.stack;

import java.io.IOException;

/** Weft's sockets within one stack. */
class LoopbackSocketsTest extends SocketContract {

    @Override
    SocketArm open() throws IOException {
        return WeftArm.onLoopback();
    }
}
