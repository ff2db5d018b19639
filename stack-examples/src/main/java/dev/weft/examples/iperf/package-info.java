/**
 * iperf3's protocol, as server and as client, over Weft: a test begins on a control connection, on which both ends agree about the
 * parameters and take turns by states of one byte; its streams are connections (or UDP ports) of their own.
 *
 * <pre>
 *   client                                server
 *   cookie                            →
 *                                     ←   PARAM_EXCHANGE
 *   parameters                        →
 *                                     ←   CREATE_STREAMS
 *   streams, each with the cookie     →
 *                                     ←   TEST_START, TEST_RUNNING
 *   TEST_END                          →
 *                                     ←   EXCHANGE_RESULTS
 *   results                           →
 *                                     ←   results, DISPLAY_RESULTS
 *   IPERF_DONE                        →
 * </pre>
 *
 * {@link dev.weft.examples.iperf.IperfClient} and {@link dev.weft.examples.iperf.IperfServer} speak it; {@code TestRun} is what both do
 * in between. Whoever is on the other end may be anybody: see {@code ControlChannel}.
 */
package dev.weft.examples.iperf;
