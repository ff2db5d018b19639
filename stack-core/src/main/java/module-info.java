/** The Weft TCP/IP stack: everything but the devices of an operating system. */
module dev.weft.core {
    requires org.slf4j;

    exports dev.weft;
    exports dev.weft.arp;
    exports dev.weft.device;
    exports dev.weft.device.capture;
    exports dev.weft.device.memory;
    exports dev.weft.icmp;
    exports dev.weft.ip;
    exports dev.weft.ipv4;
    exports dev.weft.link;
    exports dev.weft.resource;
    exports dev.weft.route;
    exports dev.weft.runtime;
    exports dev.weft.tcp;
    exports dev.weft.udp;
    exports dev.weft.wire;
}
