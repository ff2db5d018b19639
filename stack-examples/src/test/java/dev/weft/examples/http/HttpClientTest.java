package dev.weft.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpClientTest {

    private final ByteArrayOutputStream request = new ByteArrayOutputStream();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private int get(String url, String answer) throws IOException {
        return HttpClient.get(new ByteArrayInputStream(answer.replace("~", "\r\n").getBytes(ISO_8859_1)), request,
                URI.create(url), body);
    }

    @Test
    void asksForThePathWithItsQuery() throws IOException {
        get("http://10.9.0.1:8080/a%20b?c=d", "HTTP/1.1 200 OK~Content-Length: 0~~");
        assertThat(request.toString(ISO_8859_1)).startsWith("GET /a%20b?c=d HTTP/1.1\r\nHost: 10.9.0.1:8080\r\n");
    }

    @Test
    void asksForTheRootWhereTheUrlNamesNoPath() throws IOException {
        get("http://10.9.0.1", "HTTP/1.1 200 OK~Content-Length: 0~~");
        assertThat(request.toString(ISO_8859_1)).startsWith("GET / HTTP/1.1\r\nHost: 10.9.0.1\r\n");
        assertThat(HttpClient.portOf(URI.create("http://10.9.0.1"))).isEqualTo(80);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            200 | hello | HTTP/1.1 200 OK~Content-Length: 5~~hello, and more
            200 | hello | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~he~3~llo~0~~
            200 | hello | HTTP/1.0 200 OK~~hello
            404 | gone  | HTTP/1.1 404~Content-Length: 4~~gone
            204 | ''    | HTTP/1.1 204 No Content~~
            200 | hello | HTTP/1.1 103 Early Hints~Link: x~~HTTP/1.1 200 OK~Content-Length: 5~~hello
            """)
    void readsTheBodyToItsEnd(int status, String content, String answer) throws IOException {
        assertThat(get("http://10.9.0.1/", answer)).isEqualTo(status);
        assertThat(body.toString(ISO_8859_1)).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-OpenSSH_9.2~", "HTTP/1.1 200 OK~", "HTTP/1.1 200 OK~Content-Length: 6~~hello",
        "HTTP/1.1 200 OK~Content-Length: six~~hello", "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~"})
    void failsWhereTheAnswerIsNoneOrEndsBeforeItsEnd(String answer) {
        assertThatThrownBy(() -> get("http://10.9.0.1/", answer)).isInstanceOf(IOException.class);
    }
}
