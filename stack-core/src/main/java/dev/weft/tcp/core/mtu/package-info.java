/**
 * Finds how long packets may be where no router says so: {@code MtuSearch} asks by segments that are a little longer than
 * those known to pass, and comes down where a black hole swallows them (RFC 4821). Being pure arithmetic over answers, it
 * knows neither segments nor timers; {@code tcp.core.SegmentSize} sends its questions.
 */
package dev.weft.tcp.core.mtu;
