/**
 * What is left of a connection that sleeps: {@code Memo}, numbers written down tightly. Each part of a connection has one method
 * {@code keep}, the same for writing down and for taking back; {@code dev.weft.tcp.core.Sleeper} says when.
 */
package dev.weft.tcp.core.memo;
