package dev.weft.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The table of packages: who may use whom. Dependencies are transitive and point up the table only.
 *
 * <p>A package covers its sub-packages, except that {@code tcp.core} has lines of its own: the connection is pure (D1), it is
 * told the time and does no I/O, so of the packages above it needs the least; and its parts do not know the whole.
 */
enum Layers {

    WIRE("wire"),
    RESOURCE("resource"),
    RUNTIME("runtime", RESOURCE),
    DEVICE("device", WIRE, RUNTIME),
    LINK("link", DEVICE),
    ARP("arp", LINK),
    ROUTE("route", LINK),
    IP("ip", ROUTE),
    IPV4("ipv4", IP, ARP),
    IPV6("ipv6", IP, ARP),
    ICMP("icmp", IPV4, IPV6),
    UDP("udp", IP),
    TCP_COUNTER("tcp.core.counter"),
    TCP_MEMO("tcp.core.memo"),
    TCP_BUFFER("tcp.core.buffer", TCP_COUNTER, TCP_MEMO, RESOURCE),
    TCP_SEGMENT("tcp.core.segment", TCP_BUFFER, WIRE),
    TCP_CONGESTION("tcp.core.congestion", TCP_MEMO, WIRE, RUNTIME),
    TCP_RECOVERY("tcp.core.recovery", TCP_SEGMENT, TCP_CONGESTION),
    TCP_OPEN("tcp.core.open", TCP_SEGMENT, RUNTIME),
    TCP_MTU("tcp.core.mtu", TCP_MEMO, WIRE),
    TCP_CORE("tcp.core", WIRE, RUNTIME, TCP_RECOVERY, TCP_OPEN, TCP_MTU),
    TCP("tcp", IP, TCP_CORE),
    DHCP("dhcp", UDP, TCP, LINK),
    DNS("dns", UDP, TCP, LINK),
    /** The root package itself: the stack, which wires the layers together. */
    STACK("", WIRE, RESOURCE, RUNTIME, DEVICE, LINK, ARP, ROUTE, IP, IPV4, IPV6, ICMP, UDP, TCP, DHCP, DNS),
    SOCKET("socket", STACK),
    NIO("nio", STACK),
    SIM("sim", STACK);

    private static final Set<String> LIBRARIES = Set.of("java", "javax", "jdk", "org.slf4j");

    private final String name;
    private final List<Layers> direct;

    Layers(String name, Layers... direct) {
        this.name = name;
        this.direct = List.of(direct);
    }

    /** The rule for this package below {@code root}: only the JDK, slf4j and what the table allows. */
    ArchRule below(String root) {
        Set<Layers> allowed = closure();
        DescribedPredicate<JavaClass> here = DescribedPredicate.describe("are in " + this,
                type -> of(type, root) == this);
        return ArchRuleDefinition.classes().that(here).should(new ArchCondition<>("use what the table allows") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!isAllowed(target, root, allowed)) {
                        events.add(SimpleConditionEvent.violated(type, target.getName() + ": " + Layers.this
                                + " may use " + names(allowed) + ", the JDK and slf4j (DESIGN, Modules and packages); "
                                + dependency.getDescription()));
                    }
                }
            }
        }).allowEmptyShould(true);
    }

    private boolean isAllowed(JavaClass target, String root, Set<Layers> allowed) {
        if (isIn(target, root)) {
            return allowed.contains(of(target, root));
        }
        return target.isPrimitive() || LIBRARIES.stream().anyMatch(library -> isIn(target, library));
    }

    /** Its package without the root's name. */
    String packageBelowRoot() {
        return name;
    }

    /** The layer a class belongs to: that with the longest name that fits. Null when the table does not know it. */
    static Layers of(JavaClass type, String root) {
        if (type.getPackageName().equals(root)) {
            return STACK;
        }
        return Stream.of(values()).filter(layer -> layer != STACK && isIn(type, root + "." + layer.name))
                .max((a, b) -> Integer.compare(a.name.length(), b.name.length())).orElse(null);
    }

    static boolean isIn(JavaClass type, String packageName) {
        return (type.getPackageName() + ".").startsWith(packageName + ".");
    }

    private Set<Layers> closure() {
        Map<Layers, Boolean> found = new LinkedHashMap<>();
        found.put(this, true);
        for (Layers layer : direct) {
            layer.closure().forEach(above -> found.put(above, true));
        }
        return found.keySet();
    }

    private static Set<String> names(Set<Layers> layers) {
        Set<String> names = new TreeSet<>();
        layers.forEach(layer -> names.add(layer.toString()));
        return names;
    }

    @Override
    public String toString() {
        return name.isEmpty() ? "the stack's own package" : name;
    }
}
