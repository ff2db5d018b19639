package dev.weft.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the monitors that code takes, which D4 forbids: a {@code synchronized} method by its flag, a block by its
 * {@code monitorenter} (of blocks ArchUnit knows nothing, so this reads the class files itself).
 */
final class Monitors {

    static final String CURE = "synchronized: use java.util.concurrent.locks.ReentrantLock (D4)";

    private Monitors() {
    }

    /** One line for each method below a directory of class files that takes a monitor. */
    static List<String> takenBelow(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class")).sorted().map(Monitors::taken)
                    .flatMap(List::stream).toList();
        }
    }

    /** One line for each method of a class that takes a monitor. */
    static List<String> taken(Path classFile) {
        ClassModel type;
        try {
            type = ClassFile.of().parse(classFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> found = new ArrayList<>();
        for (MethodModel method : type.methods()) {
            if (method.flags().has(AccessFlag.SYNCHRONIZED) || hasBlock(method)) {
                found.add(CURE + " in " + type.thisClass().asInternalName().replace('/', '.') + "."
                        + method.methodName().stringValue());
            }
        }
        return found;
    }

    private static boolean hasBlock(MethodModel method) {
        return method.code().stream().flatMap(code -> code.elementStream())
                .anyMatch(element -> element instanceof MonitorInstruction monitor
                        && monitor.opcode() == Opcode.MONITORENTER);
    }
}
