package dev.weft.stack;

import java.io.IOException;

/** The kernel's sockets: what Weft's are held to. */
class KernelSocketsTest extends SocketContract {

    @Override
    SocketArm open() throws IOException {
        return new KernelArm();
    }
}
