/**
 * The measurement {@code stack-examples/bench/run}: what Weft does over a TAP, in relation to what the kernel does over a veth pair with
 * the same work in the same run. {@link dev.weft.examples.bench.BenchEnd} is each process that works: as {@code Load}, the kernel's
 * sockets that load whoever is measured, or as {@code Subject}, the same servers on the kernel's sockets or on Weft's. {@code BenchLab} makes
 * their namespaces, {@link dev.weft.examples.bench.Bench} tells them what to do and takes the figures down.
 */
package dev.weft.examples.bench;
