package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Pattern;
import dev.weft.examples.http.HttpServer;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The examples' web server on Weft, and the kernel's clients: curl and the JDK's, in each mode of the device. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(120)
@ParameterizedClass(name = "{0}")
@EnumSource(DeviceMode.class)
class HttpIT {

    private static final String URL = "http://" + LinuxPeer.WEFT;
    private static final int HUNDRED_MEGABYTES = 100_000_000;

    private final LinuxPeer peer;
    private final int bulk;

    HttpIT(DeviceMode mode) {
        peer = LinuxPeer.open(mode);
        bulk = mode.share(HUNDRED_MEGABYTES);
    }

    @BeforeEach
    void serve() throws IOException {
        var server = new HttpServer(Clock.systemUTC());
        peer.serve(80, socket -> server.serve(socket.input(), socket.output()));
    }

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    @RequiresProgram("curl")
    void givesCurlManyMegabytes(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("got");
        curl("-o", file.toString(), URL + "/bytes/" + bulk);
        assertThat(hash(file)).isEqualTo(Hash.ofPattern(bulk));
    }

    @Test
    @RequiresProgram("curl")
    void takesManyMegabytesFromCurlAndGivesThemBack(@TempDir Path directory) throws Exception {
        Path sent = directory.resolve("sent");
        Path got = directory.resolve("got");
        try (var out = Files.newOutputStream(sent)) {
            Pattern.write(out, bulk);
        }
        curl("-T", sent.toString(), "-o", got.toString(), URL + "/echo");
        assertThat(hash(got)).isEqualTo(Hash.ofPattern(bulk));
    }

    @Test
    @RequiresProgram("curl")
    void keepsAConnectionForTheNextRequest() {
        String url = URL + "/bytes/100000";
        assertThat(curl("-o", "/dev/null", "-o", "/dev/null", "-o", "/dev/null",
                "-w", "%{http_code} %{num_connects}\n", url, url, url)).isEqualTo("200 1\n200 0\n200 0\n");
        assertThat(peer.counter("tcp.established")).isEqualTo(1);
    }

    @Test
    void servesTheHttpClientOfTheJdkOnManyConnectionsAtOnce() throws Exception {
        byte[] page = pattern(1_000_000);
        byte[] form = pattern(100_000); // this client reads no answer before it has sent all, so it must fit the buffers
        // Threads inherit the namespace of the thread that starts them, and this client's are started in ours.
        try (var executor = Executors.newCachedThreadPool();
                HttpClient client = peer.namespace.call(() -> HttpClient.newBuilder().executor(executor)
                        .version(HttpClient.Version.HTTP_1_1).build())) {
            var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
            peer.namespace.run(() -> {
                for (int i = 0; i < 20; i++) {
                    answers.add(client.sendAsync(request("/bytes/1000000").build(),
                            HttpResponse.BodyHandlers.ofByteArray()));
                    answers.add(client.sendAsync(request("/echo")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(form)).build(),
                            HttpResponse.BodyHandlers.ofByteArray()));
                }
            });
            for (var answer : answers) {
                HttpResponse<byte[]> response = LinuxPeer.result(answer);
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo(response.request().method().equals("GET") ? page : form);
            }
        }
    }

    private static byte[] pattern(int length) throws IOException {
        var bytes = new ByteArrayOutputStream();
        Pattern.write(bytes, length);
        return bytes.toByteArray();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(URL + path)).timeout(LinuxPeer.PATIENCE);
    }

    private String curl(String... arguments) {
        var command = new ArrayList<>(List.of("curl", "-sS", "--fail", "--max-time", "25"));
        command.addAll(List.of(arguments));
        return peer.exec(command.toArray(String[]::new));
    }

    private static Hash hash(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return Hash.of(in);
        }
    }
}
