package dev.weft.device;

/** To whom a received frame was addressed by the layer below IP; a raw IP link knows unicast only. */
public enum LinkCast {
    UNICAST, BROADCAST, MULTICAST
}
