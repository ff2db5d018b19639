package dev.weft.tcp.core;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Consumer;

/**
 * A mistake somebody could make, as a new body for one method. {@link PlantedBugsTest} loads the stack with it and wants to
 * see the simulation fail.
 */
enum PlantedBug {

    /** The retransmission timer fires, and nothing happens. */
    NOTHING_IS_SENT_AGAIN("dev.weft.tcp.core.SendTimers", "timeout", CodeBuilder::return_),
    /** Sequence numbers are compared as if they did not wrap: before. */
    RAW_COMPARISON_LT("dev.weft.wire.Seq", "lt", code -> compareRaw(code, true)),
    /** Sequence numbers are compared as if they did not wrap: after. */
    RAW_COMPARISON_GT("dev.weft.wire.Seq", "gt", code -> compareRaw(code, false)),
    /** The peer's FIN is not noticed. */
    FIN_IS_LOST("dev.weft.tcp.core.Receiver", "noteFin", CodeBuilder::return_),
    /** Our FIN counts as acknowledged from the beginning, so it is never sent. */
    FIN_IS_NOT_SENT("dev.weft.tcp.core.Sender", "finAcknowledged", code -> code.iconst_1().ireturn()),
    /** Bytes after a hole are acknowledged as if there was none. */
    UNRECEIVED_DATA_IS_ACKNOWLEDGED("dev.weft.tcp.core.buffer.ReceiveBuffer", "put", code -> code.iload(4).ireturn()),
    /** What lies out of order is forgotten at the wrong place: every other byte counts as present. */
    PRESENT_BYTES_ARE_MISTAKEN("dev.weft.tcp.core.buffer.Reassembly", "nextMissing", code -> code.lload(1).lconst_1().ladd().lreturn()),
    /** A run of bytes does not end where its chunk does. */
    CHUNKS_ARE_OVERRUN("dev.weft.tcp.core.buffer.ChunkRing", "run", code -> code.iload(3).ireturn()),
    /** A segment takes its bytes one place too far. */
    WRONG_BYTES_ARE_SENT("dev.weft.tcp.core.Sender", "position", code -> code.aload(0)
            .getfield(ClassDesc.of("dev.weft.tcp.core.Sender"), "buffer", ClassDesc.of("dev.weft.tcp.core.buffer.SendBuffer"))
            .invokevirtual(ClassDesc.of("dev.weft.tcp.core.buffer.SendBuffer"), "acked", MethodTypeDesc.ofDescriptor("()J"))
            .iload(1).aload(0).getfield(ClassDesc.of("dev.weft.tcp.core.Sender"), "sndUna", ConstantDescs.CD_int)
            .isub().i2l().ladd().lconst_1().ladd().lreturn()),
    /** The sender does not look at the peer's window. */
    WINDOW_IS_IGNORED("dev.weft.tcp.core.Sender", "windowEnd", code -> code.aload(0)
            .getfield(ClassDesc.of("dev.weft.tcp.core.Sender"), "sndUna", ConstantDescs.CD_int)
            .loadConstant(1 << 20).iadd().ireturn()),
    /** A closed window is never probed. */
    CLOSED_WINDOW_IS_NOT_PROBED("dev.weft.tcp.core.recovery.Persist", "arm", CodeBuilder::return_),
    /** An ACK that was put off is put off for ever. */
    DELAYED_ACK_IS_NEVER_SENT("dev.weft.tcp.core.AckPolicy", "delayPassed", CodeBuilder::return_),
    /** A segment that does not fit is dropped without an answer: a peer whose ACK was lost hears nothing. */
    OLD_SEGMENTS_ARE_NOT_ANSWERED("dev.weft.tcp.core.Arrival", "answer", CodeBuilder::return_),
    /** Acknowledged memory is not given back. */
    SENT_MEMORY_LEAKS("dev.weft.tcp.core.buffer.SendBuffer", "trim", CodeBuilder::return_),
    /** What was sent again is forgotten, and sent again, and again. */
    RETRANSMISSION_NEVER_ENDS("dev.weft.tcp.core.recovery.Scoreboard", "sentAgain", CodeBuilder::return_),
    /** PAWS takes every segment for an old one. */
    EVERY_TIMESTAMP_IS_OLD("dev.weft.tcp.core.segment.Timestamps", "isOld", code -> code.iconst_1().ireturn()),
    /** What is lost is known, and not sent again. */
    LOST_RANGES_ARE_NOT_SENT("dev.weft.tcp.core.recovery.Scoreboard", "hasLost", code -> code.iconst_0().ireturn()),
    /** What has arrived or is lost still counts as in flight by its time. */
    ORDER_OF_SENDING_IS_NOT_KEPT("dev.weft.tcp.core.recovery.Scoreboard", "unlink", CodeBuilder::return_),
    /** A tail loss probe is due again as soon as it has left. */
    PROBES_NEVER_END("dev.weft.tcp.core.recovery.TailLossProbe", "sent", CodeBuilder::return_),
    /** Of a range that is acknowledged in part, all still counts as outstanding. */
    ACKNOWLEDGED_RANGES_STAY("dev.weft.tcp.core.recovery.Scoreboard", "resize", CodeBuilder::return_),
    /** Segments that came joined count as one for the delayed ACK. */
    JOINED_SEGMENTS_COUNT_AS_ONE("dev.weft.tcp.core.Receiver", "sizeOfSegments", code -> code.iload(1).ireturn()),
    /** A large segment is as large as the device takes, whatever windows say. */
    LARGE_SEGMENTS_IGNORE_WINDOWS("dev.weft.tcp.core.Emission", "atOnce", code -> code.aload(0)
            .getfield(ClassDesc.of("dev.weft.tcp.core.Emission"), "largest", ConstantDescs.CD_int)
            .aload(0).invokevirtual(ClassDesc.of("dev.weft.tcp.core.Emission"), "full", MethodTypeDesc.ofDescriptor("()I"))
            .invokestatic(ClassDesc.of("java.lang.Math"), "max", MethodTypeDesc.ofDescriptor("(II)I")).ireturn()),
    /** A loss is repaired, and the window stays. */
    LOSS_DOES_NOT_REDUCE("dev.weft.tcp.core.congestion.LossBasedControl", "enterRecovery", CodeBuilder::return_),
    /** The retransmission timer fires, and the window stays. */
    TIMEOUT_DOES_NOT_REDUCE("dev.weft.tcp.core.congestion.LossBasedControl", "timeout", CodeBuilder::return_),
    /** Marks of routers are not echoed. */
    MARKS_ARE_NOT_ECHOED("dev.weft.tcp.core.segment.Ecn", "arrived", code -> code.iconst_0().ireturn()),
    /** Echoes of marks are not noticed. */
    ECHOES_ARE_IGNORED("dev.weft.tcp.core.segment.Ecn", "isEcho", code -> code.iconst_0().ireturn()),
    /** A closed window is probed as often as at first. */
    PROBES_DO_NOT_BACK_OFF("dev.weft.tcp.core.recovery.Persist", "fire", code -> code
            .aload(0).loadConstant(Long.MAX_VALUE).putfield(ClassDesc.of("dev.weft.tcp.core.recovery.Persist"), "deadline", ConstantDescs.CD_long)
            .aload(0).iconst_1().putfield(ClassDesc.of("dev.weft.tcp.core.recovery.Persist"), "due", ConstantDescs.CD_boolean).return_()),
    /** The path is taken to carry what a probe has only asked. */
    UNTRIED_MTU_IS_USED("dev.weft.tcp.core.mtu.MtuSearch", "mtu", code -> code.loadConstant(1400).ireturn()),
    /** SYN takes no place in the sequence space. */
    SYN_HAS_NO_NUMBER("dev.weft.tcp.core.segment.TcpSegment", "length", code -> code.aload(0)
            .getfield(ClassDesc.of("dev.weft.tcp.core.segment.TcpSegment"), "payload", ClassDesc.of("dev.weft.tcp.core.buffer.Pieces"))
            .invokevirtual(ClassDesc.of("dev.weft.tcp.core.buffer.Pieces"), "length", MethodTypeDesc.ofDescriptor("()I")).ireturn());

    final String className;
    final String method;
    final Consumer<CodeBuilder> body;

    PlantedBug(String className, String method, Consumer<CodeBuilder> body) {
        this.className = className;
        this.method = method;
        this.body = body;
    }

    private static void compareRaw(CodeBuilder code, boolean less) {
        code.iload(0).iload(1).ifThenElse(less ? Opcode.IF_ICMPLT : Opcode.IF_ICMPGT,
                then -> then.iconst_1().return_(TypeKind.BOOLEAN), otherwise -> otherwise.iconst_0().return_(TypeKind.BOOLEAN));
    }
}
