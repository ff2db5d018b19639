package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.runtime.LeakCheck;
import dev.weft.tap.TapException.Reason;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a device cannot be had: its own reason, a message that says what to do, and nothing left behind. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class TapErrorsTest {

    private final NetNamespace namespace = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void saysHowToGetTheNodeWhereThereIsNone() {
        assertFails(Tap.named("weft0").node("/dev/net/no-such-node"), Reason.NO_TUN_NODE, "modprobe tun", "--device");
    }

    @Test
    void saysThatTheModeOfTheNodeCountsWhereItMayNotBeOpened() {
        // a file that nobody may open for writing, not even root
        assertFails(Tap.named("weft0").node("/proc/sys/kernel/osrelease"), Reason.NODE_FORBIDDEN,
                "`unshare` does not cure that", "chmod 666");
    }

    @Test
    void saysWhatToRunWhereTheRightToMakeADeviceIsMissing() {
        namespace.dropRights();
        assertFails(Tap.named("weft0"), Reason.CREATION_FORBIDDEN,
                "`unshare -Urn …`", "`ip tuntap add dev weft0 mode tap user ");
        assertFails(Tap.named("weft0").tun(), Reason.CREATION_FORBIDDEN, "`ip tuntap add dev weft0 mode tun user ");
    }

    @Test
    void saysThatADeviceBelongsToAnotherUser() throws IOException {
        assumeTrue(hasManyUsers(), "this user namespace has one user only");
        FrameTap.open(namespace, Tap.named("weft0").owner(12_345).persistent(true)).close();
        namespace.dropRights();
        assertFails(Tap.named("weft0"), Reason.ATTACH_FORBIDDEN, "belongs to another user", "`ip tuntap add dev weft0");
    }

    @Test
    void saysThatAnotherProgramIsAttached() {
        try (var first = FrameTap.open(namespace, Tap.named("weft0"))) {
            assertFails(Tap.named(first.device.name()), Reason.IN_USE, "another program is attached");
        }
    }

    @Test
    void saysThatTheNameIsThatOfAnotherKindOfInterface() {
        assertFails(Tap.named("lo"), Reason.WRONG_KIND, "lo exists and is not a tap device");
    }

    @Test
    void tellsATunFromATap() {
        FrameTap.open(namespace, Tap.named("weft0").tun().persistent(true)).close();
        assertFails(Tap.named("weft0"), Reason.WRONG_KIND, "it is of kind tun");
        FrameTap.open(namespace, Tap.named("weft1").persistent(true)).close();
        assertFails(Tap.named("weft1").tun(), Reason.WRONG_KIND, "it is of kind tap");
    }

    @Test
    void saysThatADeviceHasManyQueues() {
        namespace.ip("tuntap add dev weft0 mode tap multi_queue");
        assertFails(Tap.named("weft0"), Reason.WRONG_KIND, "multi_queue");
    }

    @Test
    void saysThatADeviceHasOneQueue() {
        namespace.ip("tuntap add dev weft0 mode tap");
        assertFails(Tap.named("weft0").queues(2), Reason.WRONG_KIND, "it was made without multi_queue (EINVAL)");
        assertFails(Tap.named("weft0").queues(2), Reason.WRONG_KIND, "`ip tuntap add dev weft0 mode tap multi_queue user ");
        FrameTap.open(namespace, Tap.named("weft0")).close();
    }

    @Test
    void saysThatThereAreNoMoreQueues() {
        var all = FrameTap.open(namespace, Tap.named("weft0").queues(Tap.MOST_QUEUES));
        assertFails(Tap.named("weft0").queues(2), Reason.IN_USE, "(E2BIG)");
        all.close();
    }

    @Test
    void attachesOnlyToWhatExistsWhereThatIsAskedFor() {
        assertFails(Tap.named("weft0").existing(), Reason.NO_SUCH_DEVICE, "`ip tuntap add dev weft0 mode tap user ");
    }

    @Test
    void makesOnlyWhatIsNewWhereThatIsAskedFor() {
        FrameTap.open(namespace, Tap.named("weft0").persistent(true)).close();
        assertFails(Tap.named("weft0").fresh(), Reason.ALREADY_EXISTS, "`ip link del weft0`");
    }

    @Test
    void saysWhatToRunWhereASettingTakesRights() {
        FrameTap.open(namespace, Tap.named("weft0").owner(0).persistent(true)).close();
        namespace.dropRights();
        assertFails(Tap.named("weft0").mtu(1400), Reason.SETTING_REFUSED, "`ip link set weft0 mtu 1400`");
        assertFails(Tap.named("weft0").queueFrames(2000), Reason.SETTING_REFUSED, "`ip link set weft0 txqueuelen 2000`");
        assertFails(Tap.named("weft0").up(), Reason.SETTING_REFUSED, "`ip link set weft0 up`");
        assertFails(Tap.named("weft0").host("10.9.0.1/24"), Reason.SETTING_REFUSED,
                "`ip addr add 10.9.0.1/24 dev weft0`");
        assertFails(Tap.named("weft0").hostMac(MacAddress.of("02:00:00:00:00:07")), Reason.SETTING_REFUSED,
                "`ip link set weft0 address 02:00:00:00:00:07`");
    }

    @Test
    void leavesNoDeviceBehindWhoseSetUpFailed() {
        // a TUN has no link address
        assertFails(Tap.named("weft0").tun().hostMac(MacAddress.of("02:00:00:00:00:07")).persistent(true),
                Reason.SETTING_REFUSED, "weft0 cannot be given the kernel-side address");
        assertThat(namespace.exec("ip", "link", "show", "dev", "weft0").exitStatus()).isNotZero();
    }

    @Test
    void saysWhyANamespaceCannotBeEntered() {
        assertFails(Tap.named("weft0").namespace(Path.of("/run/netns/no-such-namespace")), Reason.NAMESPACE,
                "/run/netns/no-such-namespace", "`ip netns`");
        assertFails(Tap.named("weft0").namespace(Path.of("/proc/self/ns/uts")), Reason.NAMESPACE, "it is no network namespace");
        try (var other = NetNamespace.create()) {
            Path file = other.file();
            namespace.dropRights();
            assertFails(Tap.named("weft0").namespace(file), Reason.NAMESPACE, "CAP_SYS_ADMIN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-letters-", "weft 0", "we/ft", "we:ft", "weft%d", ".", "..", "wéft"})
    void refusesANameThatTheKernelWouldRefuseCutOrFillIn(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Tap.named(name)).withMessageContaining("1 to 15");
    }

    @Test
    void takesTheLongestName() {
        try (var tap = FrameTap.open(namespace, Tap.named("fifteen-letters"))) {
            assertThat(namespace.ip("link show dev fifteen-letters")).contains(tap.device.name());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 67, 65_522})
    void refusesAnMtuThatNoTapCanHave(int mtu) {
        assertThatIllegalArgumentException().isThrownBy(() -> Tap.named("weft0").mtu(mtu)).withMessageContaining("68");
    }

    private void assertFails(Tap tap, Reason reason, String... parts) {
        var leaks = LeakCheck.begin();
        var failure = catchThrowableOfType(NetNamespace.NamespaceException.class,
                () -> FrameTap.open(namespace, tap).close());
        assertThat(failure).as("%s opened", tap).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(TapException.class);
        assertThat(((TapException) failure.getCause()).reason()).as(failure.getMessage()).isEqualTo(reason);
        assertThat(failure.getMessage()).contains(parts);
        leaks.assertNone();
    }

    /** Whether user 12345 is mapped here, which it is not in the namespace of an ordinary user. */
    private static boolean hasManyUsers() throws IOException {
        String[] map = Files.readString(Path.of("/proc/self/uid_map")).strip().split("\\s+");
        return Long.parseLong(map[2]) > 12_345;
    }
}
