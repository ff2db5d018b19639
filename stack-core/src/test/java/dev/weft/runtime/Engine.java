package dev.weft.runtime;

/** The two engines of a daemon scope, for tests that run on both. */
enum Engine {

    STRUCTURED(StructuredEngine::open),
    PLAIN((name, failures) -> new PlainEngine(failures));

    final ScopeEngine.Factory factory;

    Engine(ScopeEngine.Factory factory) {
        this.factory = factory;
    }
}
