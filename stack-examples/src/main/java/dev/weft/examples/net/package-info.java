/**
 * The few things that the servers among the examples ask of a network, so that the same server runs on Weft and, in
 * tests and for comparison, on the kernel. A program of one's own needs none of this: it uses Weft's sockets directly.
 */
package dev.weft.examples.net;
