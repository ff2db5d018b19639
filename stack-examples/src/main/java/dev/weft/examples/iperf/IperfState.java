package dev.weft.examples.iperf;

/** What one end tells the other on the control connection, each in one byte. */
enum IperfState {
    /** All streams are there; counting begins with {@link #TEST_RUNNING}. */
    TEST_START(1),
    TEST_RUNNING(2),
    /** The client has had enough; the server answers with {@link #EXCHANGE_RESULTS}. */
    TEST_END(4),
    /** The server wants the parameters, as JSON. */
    PARAM_EXCHANGE(9),
    /** The client may connect its streams. */
    CREATE_STREAMS(10),
    SERVER_TERMINATE(11),
    CLIENT_TERMINATE(12),
    /** First the client's results follow, then the server's. */
    EXCHANGE_RESULTS(13),
    DISPLAY_RESULTS(14),
    IPERF_DONE(16),
    /** The server is busy with somebody else. */
    ACCESS_DENIED(-1),
    /** Two numbers follow: iperf's own for the error, and the operating system's. */
    SERVER_ERROR(-2);

    private final byte code;

    IperfState(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static IperfState of(byte code) throws IperfException {
        for (IperfState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IperfException("the peer does not speak iperf3's protocol: there is no state " + code);
    }
}
