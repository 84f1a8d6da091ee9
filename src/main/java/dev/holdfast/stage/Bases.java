package dev.holdfast.stage;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The present base and, until the area is closed, the ones before it: a file that was deleted while
 * open may still refer to an older one. Each has a generation, counted from 1.
 */
final class Bases implements AutoCloseable {
    private final Map<Integer, Base> byGeneration = new ConcurrentHashMap<>();
    private volatile int generation;

    void add(int newGeneration, Base base) {
        byGeneration.put(newGeneration, base);
        generation = newGeneration;
    }

    /** The present generation; 0 without a base. */
    int generation() {
        return generation;
    }

    /** The present base. */
    Base current() {
        return of(generation);
    }

    /** The base of a generation. */
    Base of(int wanted) {
        Base base = byGeneration.get(wanted);
        if (base == null) {
            throw new dev.holdfast.Damaged(
                    "the staging area refers to base " + wanted + ", which it does not have");
        }
        return base;
    }

    @Override
    public void close() {
        byGeneration.values().forEach(Base::close);
        byGeneration.clear();
    }
}
