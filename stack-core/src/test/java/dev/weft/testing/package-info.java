/**
 * What the tests of every module share: the conditions under which a test may run,
 * {@link dev.weft.testing.Eventually}, with which it waits for what nothing announces, and
 * {@link dev.weft.testing.FakeLink}, on which it stands where there is no device.
 *
 * <p>Most tests of Weft need a JDK and nothing else. The few that hold the kernel or a real program against the stack
 * need more: the node {@code /dev/net/tun}, a network namespace of their own, {@code ping}, {@code tshark}. They say so
 * with an annotation on the class or on the method:
 *
 * <pre>{@code
 * @RequiresTun
 * @RequiresPrivateNetwork
 * @RequiresProgram({"ping", "tshark"})
 * class PingIT { … }
 * }</pre>
 *
 * <p>On a developer's machine a test whose need is not met is skipped and says what is missing. In continuous
 * integration ({@code CI=true} in the environment) it fails instead, for there {@code .ci/run} has provided everything
 * and a skip would be a hole nobody sees.
 *
 * <p>The annotations work for Jupiter's tests and for jqwik's properties alike, so that a property need not be mixed
 * with Jupiter's own annotations (jqwik leaves such a property out).
 */
package dev.weft.testing;
