/**
 * Weft's programs: what {@code stack-examples/run PROGRAM} starts; the class {@code Main} reads the
 * command line.
 *
 * <p>They are examples first, plain blocking code with a virtual thread for each connection, and servants of the tests
 * and measurements second: {@code services} and {@code http} are what those talk to.
 *
 * <p>All keep one contract. A program that serves prints exactly one line beginning with {@code ready } on standard
 * output once its ports listen, logs go to standard error, wrong use ends with status 2, and SIGTERM and SIGINT end a
 * program cleanly with status 0 ({@link dev.weft.examples.Lifetime}).
 */
package dev.weft.examples;
