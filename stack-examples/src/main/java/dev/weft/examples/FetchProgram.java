package dev.weft.examples;

import dev.weft.NetworkStack;
import dev.weft.examples.http.HttpClient;
import dev.weft.tcp.TcpSocket;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fetch}: gets a page. */
@Command(name = "fetch", mixinStandardHelpOptions = true, description = "Gets a resource by HTTP over Weft and writes it "
        + "to standard output. Ends with 0 when the server answered with 2xx, 1 when not.")
final class FetchProgram implements Callable<Integer> {

    @Mixin
    private LinkOptions link = new LinkOptions();

    @Parameters(paramLabel = "URL", description = "http://ADDRESS[:PORT]/PATH, with a numeric address.")
    private String url;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write there instead.")
    private Path file;

    @Override
    public Integer call() throws Exception {
        URI target = target();
        link.check();
        int status;
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()));
                TcpSocket socket = stack.tcp().connect(target.getHost(), HttpClient.portOf(target));
                OutputStream out = output()) {
            status = HttpClient.get(socket.input(), socket.output(), target, out);
        }
        if (status / 100 != 2) {
            System.err.println("error: the server answered with status " + status);
            return 1;
        }
        return 0;
    }

    private URI target() {
        try {
            URI target = new URI(url);
            if (!"http".equalsIgnoreCase(target.getScheme()) || target.getHost() == null || target.getPort() > 65_535) {
                throw link.wrong(url + ": a URL here is http://ADDRESS[:PORT]/PATH");
            }
            link.numeric(target.getHost());
            return target;
        } catch (URISyntaxException e) {
            throw link.wrong(url + ": " + e.getMessage());
        }
    }

    private OutputStream output() throws IOException {
        if (file != null) {
            return Files.newOutputStream(file);
        }
        return new FilterOutputStream(new BufferedOutputStream(System.out)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush(); // standard output itself stays open
            }
        };
    }
}
