package dev.weft.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.device.memory.Cable;
import dev.weft.runtime.LeakCheck;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ParanoidDeviceTest {

    @Test
    void makesAKeptFrameFailAfterTheNextReceive() throws DeviceLostException {
        var leaks = LeakCheck.begin("weft");
        var cable = new Cable();
        var paranoid = new ParanoidDevice(cable.left());
        var batch = new FrameBatch();
        try (var kit = new FrameKit()) {
            kit.send(cable.right(), new byte[] {1, 2, 3});
            assertThat(paranoid.receive(batch)).isEqualTo(1);
            MemorySegment kept = batch.frame(0).segment();
            assertThat(FrameKit.bytes(batch.frame(0))).containsExactly(1, 2, 3);
            assertThat(kept.byteSize()).as("nothing beside the frame can be read").isEqualTo(3);
            batch.begin(0);
            paranoid.receive(batch);
            assertThatIllegalStateException().isThrownBy(() -> kept.get(ValueLayout.JAVA_BYTE, 0));
            kit.send(cable.right(), new byte[] {4});
            paranoid.receive(batch);
        }
        paranoid.close();
        cable.right().close();
        leaks.assertNone();
    }
}
