/**
 * What tests against the Linux kernel share: {@link dev.weft.tap.testing.NetNamespace}, a network namespace for one test.
 */
package dev.weft.tap.testing;
