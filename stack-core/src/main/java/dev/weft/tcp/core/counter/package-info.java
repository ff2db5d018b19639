/**
 * What a connection counts: segments it drops, each with the rule that says so ({@code TcpDiscard}), and what happens to it
 * that an operator wants to see ({@code TcpEvent}). {@code TcpCounters} is who takes the counts; all connections of a stack
 * share one, and it is safe for all their threads.
 */
package dev.weft.tcp.core.counter;
