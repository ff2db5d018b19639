/** Linux TAP and TUN devices for the Weft stack. */
module dev.weft.tap {
    requires transitive dev.weft.core;
    requires com.sun.jna;
    requires org.slf4j;

    exports dev.weft.tap;
}
