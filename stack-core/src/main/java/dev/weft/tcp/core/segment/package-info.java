/**
 * What crosses the wire: {@code TcpSegment} is a segment's header in the names of RFC 9293 §3.1 together with where its text
 * lies, {@code TcpSegmentCodec} takes it from a frame and puts it into one, {@code Timestamps} and {@code Ecn} are the two
 * extensions that concern every segment in both directions (RFC 7323, RFC 3168).
 *
 * <p><b>Hazard.</b> A segment that has come refers to the borrowed frame and is dead when the handler returns; one that
 * leaves refers to the send buffer and is dead with the connection's next input.
 */
package dev.weft.tcp.core.segment;
