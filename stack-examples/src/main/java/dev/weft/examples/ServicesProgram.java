package dev.weft.examples;

import dev.weft.NetworkStack;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code services}: the small servers that tests and measurements rely on. */
@Command(name = "services", mixinStandardHelpOptions = true, description = {
    "Serves echo (7), discard (9), daytime (13), chargen (19) and ports that behave in ways worth testing against.",
    "",
    "UDP: 7, 9, 19. TCP: also 2001 never reads, 2002 closes at once, 2003 reads 'IP PORT' and connects there, 2004 reads "
            + "to the end and replies with 20,000 bytes and the count, 2005 reads after 3 s and replies with the count, "
            + "2019 sends 262,144 bytes."})
final class ServicesProgram implements Callable<Integer> {

    @Mixin
    private LinkOptions link = new LinkOptions();

    @Override
    public Integer call() throws Exception {
        link.check();
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()));
                Services services = Services.open(new WeftNetwork(stack))) {
            link.printReady();
            services.join();
        }
        return 0;
    }
}
