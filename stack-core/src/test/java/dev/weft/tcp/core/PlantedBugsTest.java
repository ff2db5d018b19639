package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Is the property of {@link TransferProperties} worth anything? Each of {@link PlantedBug} is planted into a copy of the
 * stack, and must be found.
 */
class PlantedBugsTest {

    private static final int TRIES = 150;

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void isFound(PlantedBug bug) {
        assertThatThrownBy(() -> hunt(bug)).satisfiesAnyOf(
                e -> assertThat(e).isInstanceOf(AssertionError.class),
                e -> assertThat(e).isInstanceOf(IllegalStateException.class),
                e -> assertThat(e).isInstanceOf(IndexOutOfBoundsException.class),
                e -> assertThat(e).isInstanceOf(NullPointerException.class));
    }

    @Test
    void findsNothingWhereNothingIsPlanted() {
        assertThatCode(() -> hunt(null)).doesNotThrowAnyException();
    }

    private static void hunt(PlantedBug bug) throws Throwable {
        var loader = new Loader(bug);
        var run = Class.forName(BugHunt.class.getName(), true, loader).getDeclaredMethod("run", int.class);
        run.setAccessible(true);
        Throwable found = null;
        try {
            run.invoke(null, TRIES);
        } catch (InvocationTargetException e) {
            found = e.getCause();
        }
        if (loader.planted.get() != (bug == null ? 0 : 1)) {
            // No AssertionError: that would count as the bug found.
            throw new NoSuchMethodException(bug + " was planted " + loader.planted.get() + " times");
        }
        if (found != null) {
            throw found;
        }
    }

    /** Loads the connection, the simulation and sequence arithmetic anew, with one method changed. */
    private static final class Loader extends ClassLoader {
        private final PlantedBug bug;
        private final AtomicInteger planted = new AtomicInteger();

        Loader(PlantedBug bug) {
            super(PlantedBugsTest.class.getClassLoader());
            this.bug = bug;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.weft.tcp.core.") && !name.equals("dev.weft.wire.Seq")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] bytes;
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (bug != null && bug.className.equals(name)) {
                bytes = plant(bytes);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] plant(byte[] bytes) {
            ClassFile file = ClassFile.of();
            ClassModel model = file.parse(bytes);
            return file.transformClass(model, ClassTransform.transformingMethods(
                    method -> method.methodName().equalsString(bug.method),
                    (builder, element) -> {
                        if (element instanceof CodeAttribute) {
                            planted.incrementAndGet();
                            builder.withCode(bug.body);
                        } else {
                            builder.with(element);
                        }
                    }));
        }
    }
}
