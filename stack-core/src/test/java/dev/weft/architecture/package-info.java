/**
 * The design's rules that a program can check: which package may use which ({@link dev.weft.architecture.Layers}), and
 * what nobody may call outside {@code runtime} ({@link dev.weft.architecture.Ban},
 * {@link dev.weft.architecture.Monitors}).
 *
 * <p>The rules read class files. {@link dev.weft.architecture.ArchitectureTest} holds them against the classes of
 * stack-core, other modules may do the same through the test jar. Since a rule that can no longer fail looks exactly
 * like a rule that is kept, each has a fixture below {@code fixture} that breaks it, and
 * {@link dev.weft.architecture.RulesTest} wants every fixture reported, by the rule it breaks and by no other.
 */
package dev.weft.architecture;
