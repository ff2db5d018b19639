package dev.weft.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.BaseStream;

/**
 * Calls that the design forbids, each with what to write instead.
 *
 * <p>The laboratory runs whole programs in virtual time under a seed (D11). One look at the machine's clock, one sleep
 * that the virtual clock does not see, one walk along a hash table whose order differs from run to run, and a seed no
 * longer replays its failure.
 */
enum Ban {

    /** D11: time is asked of the stack's clock. */
    CLOCK("use runtime.NanoClock (D11)",
            call -> is(call, System.class, "nanoTime", "currentTimeMillis")),

    /** D11: the same for the time of day. */
    WALL_TIME("use runtime.NanoClock.wallTime (D11)",
            call -> call.getOwner().getPackageName().equals("java.time")
                    && (call.getName().equals("now") || call.getName().startsWith("system"))
                    || constructs(call, "java.util.Date", "java.util.GregorianCalendar")),

    /** D11: who sleeps wakes by the stack's clock. */
    SLEEP("use runtime.NanoClock.sleep (D11)",
            call -> is(call, Thread.class, "sleep") || is(call, TimeUnit.class, "sleep")),

    /** D11: every park is visible to the laboratory. */
    PARK("use runtime.NanoClock.park or runtime.Signal (D11)",
            call -> call.getOwner().isEquivalentTo(LockSupport.class)),

    /** D11: a wait that ends by the machine's clock. */
    TIMED_WAIT("use runtime.Signal.awaitUntil or runtime.NanoClock.parkUntil (D11)", Ban::isTimedWait),

    /** D11: chance has a seed in tests and is unpredictable outside them. */
    CHANCE("use runtime.Randomness (D11)",
            call -> is(call, Math.class, "random") || is(call, java.util.UUID.class, "randomUUID")
                    || call.getOwner().isAssignableTo(java.util.random.RandomGenerator.class)
                    || call.getOwner().isEquivalentTo(java.util.random.RandomGeneratorFactory.class)),

    /** D7, D11: threads belong to a scope, and only {@code runtime} makes them. */
    THREAD("use runtime.DaemonScope or runtime.Threads (D7, D11)",
            call -> call.getName().equals("<init>") && call.getOwner().isAssignableTo(Thread.class)
                    || is(call, Thread.class, "ofVirtual", "ofPlatform", "startVirtualThread")
                    || call.getOwner().isAssignableTo(Thread.Builder.class)
                    || call.getOwner().isEquivalentTo(Executors.class)
                    || call.getName().equals("<init>")
                            && call.getOwner().isAssignableTo(java.util.concurrent.ExecutorService.class)
                    || is(call, ForkJoinPool.class, "commonPool")
                    || is(call, CompletableFuture.class, "runAsync", "supplyAsync")
                    || call.getName().equals("parallelStream")
                    || call.getName().equals("parallel") && call.getOwner().isAssignableTo(BaseStream.class)
                    || constructs(call, "java.util.Timer")),

    /** D11: differs from run to run. */
    IDENTITY("use a number of your own, given out in order (D11)",
            call -> is(call, System.class, "identityHashCode") || constructs(call, "java.util.IdentityHashMap")),

    /** D11: nobody promises in which order these are walked, and for some keys it differs from run to run. */
    UNORDERED("use LinkedHashMap, LinkedHashSet, TreeMap or an array (D11)",
            call -> constructs(call, "java.util.HashMap", "java.util.HashSet") || walksAConcurrentMap(call)),

    /** D4: monitors are not used at all, so neither are their wait sets; {@code runtime} is no exception. */
    WAIT_SET("use runtime.Signal (D4)", false, Ban::isOfAWaitSet);

    private static final Set<String> WALKS = Set.of("forEach", "entrySet", "keySet", "values", "keys", "elements",
            "forEachKey", "forEachValue", "forEachEntry", "search", "reduce", "replaceAll");

    final String cure;
    private final boolean runtimeMay;
    private final Predicate<CodeUnitAccessTarget> forbidden;

    Ban(String cure, Predicate<CodeUnitAccessTarget> forbidden) {
        this(cure, true, forbidden);
    }

    Ban(String cure, boolean runtimeMay, Predicate<CodeUnitAccessTarget> forbidden) {
        this.cure = cure;
        this.runtimeMay = runtimeMay;
        this.forbidden = forbidden;
    }

    /**
     * The ban as a rule over the classes below a root package.
     *
     * @param root the package whose sub-package {@code runtime} is the exception
     */
    ArchRule below(String root) {
        DescribedPredicate<JavaClass> bound = DescribedPredicate.describe("are bound by " + name(),
                type -> !runtimeMay || !Layers.isIn(type, root + ".runtime"));
        return ArchRuleDefinition.classes().that(bound).should(new ArchCondition<>("not break " + name()) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    if (access.getTarget() instanceof CodeUnitAccessTarget call && forbidden.test(call)) {
                        events.add(SimpleConditionEvent.violated(type, nameOf(call) + ": " + cure
                                + " in " + access.getOrigin().getFullName() + access.getSourceCodeLocation()));
                    }
                }
            }
        }).allowEmptyShould(true);
    }

    /** Nobody can override these, so the name and the parameters tell. */
    private static boolean isOfAWaitSet(CodeUnitAccessTarget call) {
        List<String> parameters = call.getRawParameterTypes().stream().map(JavaClass::getName).toList();
        return switch (call.getName()) {
            case "wait" -> List.of("long", "int").subList(0, Math.min(2, parameters.size())).equals(parameters);
            case "notify", "notifyAll" -> parameters.isEmpty();
            default -> false;
        };
    }

    private static boolean isTimedWait(CodeUnitAccessTarget call) {
        JavaClass owner = call.getOwner();
        List<JavaClass> parameters = call.getRawParameterTypes();
        boolean takesAUnit = parameters.stream().anyMatch(p -> p.isEquivalentTo(TimeUnit.class));
        return owner.getPackageName().startsWith("java.util.concurrent") && takesAUnit
                        && !owner.isEquivalentTo(TimeUnit.class)
                || is(call, Condition.class, "awaitNanos", "awaitUntil")
                || is(call, Thread.class, "join") && !parameters.isEmpty();
    }

    private static boolean walksAConcurrentMap(CodeUnitAccessTarget call) {
        return WALKS.contains(call.getName())
                && (call.getOwner().isEquivalentTo(ConcurrentHashMap.class)
                        || call.getOwner().isEquivalentTo(ConcurrentMap.class));
    }

    private static boolean is(CodeUnitAccessTarget call, Class<?> owner, String... names) {
        return call.getOwner().isAssignableTo(owner) && Arrays.asList(names).contains(call.getName())
                || call.getOwner().isAssignableFrom(owner) && owner.isInterface()
                        && Arrays.asList(names).contains(call.getName());
    }

    private static boolean constructs(CodeUnitAccessTarget call, String... types) {
        return call.getName().equals("<init>") && Arrays.asList(types).contains(call.getOwner().getName());
    }

    private static String nameOf(CodeUnitAccessTarget call) {
        String owner = call.getOwner().getSimpleName();
        return call.getName().equals("<init>") ? "new " + owner : owner + "." + call.getName();
    }
}
