package dev.weft.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.examples.Pattern;
import dev.weft.examples.net.KernelNetwork;
import dev.weft.examples.net.Served;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpServerTest {

    private final HttpServer server = new HttpServer(Clock.fixed(Instant.parse("2026-03-04T05:06:07Z"),
            ZoneOffset.UTC));

    /** All that the server says to a client which sends this and then shuts its output down. */
    private String answersTo(String requests) throws IOException {
        var out = new ByteArrayOutputStream();
        server.serve(new ByteArrayInputStream(requests.getBytes(ISO_8859_1)), out);
        return out.toString(ISO_8859_1);
    }

    @Test
    void answersAGetOfTheRootWithAPage() throws IOException {
        assertThat(answersTo("GET / HTTP/1.1\r\nHost: weft\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\nDate: Wed, 4 Mar 2026 05:06:07 GMT\r\nConnection: keep-alive\r\n")
                .contains("\r\n\r\nThis page came through Weft");
    }

    @Test
    void answersSeveralRequestsOnOneConnectionInTheirOrder() throws IOException {
        String answers = answersTo("GET /bytes/3 HTTP/1.1\r\nHost: weft\r\n\r\n"
                + "POST /echo HTTP/1.1\r\nHost: weft\r\nContent-Length: 5\r\n\r\nfirst"
                + "GET /bytes/2 HTTP/1.1\r\nHost: weft\r\nConnection: close\r\n\r\n"
                + "GET /never HTTP/1.1\r\nHost: weft\r\n\r\n");

        assertThat(answers.split("HTTP/1.1 ")).hasSize(4);
        assertThat(answers).containsSubsequence("\r\n\r\n\0\1\2HTTP/1.1", "\r\n\r\nfirstHTTP/1.1",
                "Connection: close", "\r\n\r\n\0\1");
    }

    @Test
    void keepsTheConnectionOfAnOldClientOnlyWhenAsked() throws IOException {
        assertThat(answersTo("GET /bytes/1 HTTP/1.0\r\n\r\nGET /bytes/1 HTTP/1.0\r\n\r\n").split("HTTP/1.1 200"))
                .hasSize(2);
        assertThat(answersTo("GET /bytes/1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /bytes/1 HTTP/1.0\r\n\r\n")
                .split("HTTP/1.1 200")).hasSize(3);
    }

    @Test
    void sendsTheHeadOfWhatAGetWouldHaveBroughtToAHead() throws IOException {
        assertThat(answersTo("HEAD /bytes/1000000000000 HTTP/1.1\r\nHost: weft\r\n\r\n"))
                .contains("Content-Length: 1000000000000\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void echoesAChunkedBodyInChunks() throws IOException {
        assertThat(answersTo("POST /echo HTTP/1.1\r\nHost: weft\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;note=x\r\nhello\r\nA\r\n, chunked!\r\n0\r\nTrailer: x\r\n\r\n"
                + "GET /bytes/0 HTTP/1.1\r\nHost: weft\r\n\r\n"))
                .containsSubsequence("Transfer-Encoding: chunked", "\r\n\r\n5\r\nhello\r\na\r\n, chunked!\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK", "Content-Length: 0");
    }

    @Test
    void asksAClientThatWaitsForItToSendTheBody() throws IOException {
        assertThat(answersTo("POST /echo HTTP/1.1\r\nHost: weft\r\nContent-Length: 2\r\n"
                + "Expect: 100-continue\r\n\r\nok"))
                .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
    }

    @Test
    void readsPastABodyNobodyWanted() throws IOException {
        assertThat(answersTo("GET /bytes/1 HTTP/1.1\r\nHost: weft\r\nContent-Length: 4\r\n\r\nGET "
                + "GET /bytes/2 HTTP/1.1\r\nHost: weft\r\n\r\n")).endsWith("\r\n\r\n\0\1");
    }

    @Test
    void endsTheConnectionRatherThanReadAVeryLongBodyNobodyWanted() throws IOException {
        assertThat(answersTo("DELETE / HTTP/1.1\r\nHost: weft\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000)))
                .startsWith("HTTP/1.1 405").contains("Allow: GET, HEAD", "Connection: close");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            200 | GET http://weft/bytes/3?query HTTP/1.1~Host: weft~~
            200 | GET / HTTP/1.0~~
            200 | ~GET / HTTP/1.0~~
            404 | GET /bytes/ HTTP/1.0~~
            404 | GET /bytes/-1 HTTP/1.0~~
            404 | GET /bytes/1234567890123456789 HTTP/1.0~~
            404 | POST /nothing HTTP/1.0~~
            405 | POST /bytes/1 HTTP/1.0~~
            405 | GET /echo HTTP/1.0~~
            400 | GET / HTTP/1.1~~
            400 | GET / HTTP/1.1~Host: a~Host: b~~
            400 | GET /~~
            400 | GET  / HTTP/1.0~~
            400 | GET bytes HTTP/1.0~~
            400 | GET / WEFT/1.0~~
            505 | GET / HTTP/2.0~~
            400 | GET / HTTP/1.0~Name : value~~
            400 | GET / HTTP/1.0~Name: folded~ over~~
            400 | POST /echo HTTP/1.0~Content-Length: 1, 2~~xx
            400 | POST /echo HTTP/1.0~Content-Length: -1~~xx
            400 | POST /echo HTTP/1.1~Host: a~Content-Length: 1~Transfer-Encoding: chunked~~xx
            501 | POST /echo HTTP/1.1~Host: a~Transfer-Encoding: gzip~~xx
            501 | POST /echo HTTP/1.0~Transfer-Encoding: chunked~~xx
            """)
    void answersEachRequestWithTheStatusItDeserves(int status, String request) throws IOException {
        assertThat(answersTo(request.replace("~", "\r\n"))).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void readsHeadsUpToTheirLimitAndNoFurther() throws IOException {
        String head = "GET /bytes/0 HTTP/1.0\r\nX: %s\r\n\r\n";
        int room = HttpRequest.MAX_HEAD - String.format(head, "").length();

        assertThat(answersTo(String.format(head, "x".repeat(room)))).startsWith("HTTP/1.1 200 ");
        assertThat(answersTo(String.format(head, "x".repeat(room + 3)))).startsWith("HTTP/1.1 431 ");
        assertThat(answersTo("GET /" + "x".repeat(10 * HttpRequest.MAX_HEAD))).startsWith("HTTP/1.1 431 ");
    }

    @ParameterizedTest
    @CsvSource({"5~hell", "5~hello!~0~~", "x~", "-1~", "1111111111111111~", "5"})
    void breaksOffWhereAChunkedBodyMakesNoSense(String body) {
        assertThatThrownBy(() -> answersTo("POST /echo HTTP/1.1\r\nHost: weft\r\nTransfer-Encoding: chunked\r\n\r\n"
                + body.replace("~", "\r\n"))).isInstanceOf(IOException.class);
    }

    @Test
    void servesTheJdksClientOverTheKernel() throws Exception {
        try (Served served = new KernelNetwork().serve(0, 16, c -> server.serve(c.input(), c.output()));
                HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
            URI root = URI.create("http://127.0.0.1:" + served.port() + "/");
            byte[] body = new byte[1_000_000];
            new Random(1).nextBytes(body);

            HttpResponse<byte[]> bytes = client.send(request(root.resolve("/bytes/1000003")).build(),
                    BodyHandlers.ofByteArray());
            HttpResponse<byte[]> echo = client.send(request(root.resolve("/echo"))
                    .POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
            HttpResponse<byte[]> chunked = client.send(request(root.resolve("/echo")).expectContinue(true)
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))).build(),
                    BodyHandlers.ofByteArray());

            byte[] pattern = new byte[1_000_003];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = Pattern.at(i);
            }
            assertThat(bytes.body()).isEqualTo(pattern);
            assertThat(echo.body()).isEqualTo(body);
            assertThat(chunked.body()).isEqualTo(body);
        }
    }

    private static java.net.http.HttpRequest.Builder request(URI uri) {
        return java.net.http.HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20));
    }
}
