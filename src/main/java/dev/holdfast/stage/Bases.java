package dev.holdfast.stage;

import dev.holdfast.Damaged;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * The present base, and the ones before it for as long as something refers to them: a file that was
 * deleted while open may. Each has a generation, counted from 1. An open base is a snapshot that
 * cannot be removed from its repository. Thread-safe.
 */
final class Bases implements AutoCloseable {
    private final Map<Integer, Held> byGeneration = new ConcurrentHashMap<>();
    private volatile int generation;

    /** A base, and a lock that is shared by those who read from it. */
    private record Held(Base base, ReentrantReadWriteLock lock) {}

    void add(int newGeneration, Base base) {
        byGeneration.put(newGeneration, new Held(base, new ReentrantReadWriteLock()));
        generation = newGeneration;
    }

    /** The present generation; 0 without a base. */
    int generation() {
        return generation;
    }

    /**
     * Reads from the base of a generation.
     *
     * @throws Damaged if there is none; who looked it up before a rebase must look again
     */
    void use(int wanted, Consumer<Base> reading) {
        Held held = byGeneration.get(wanted);
        if (held != null) {
            held.lock.readLock().lock();
            try {
                if (byGeneration.containsKey(wanted)) { // not retired meanwhile
                    reading.accept(held.base);
                    return;
                }
            } finally {
                held.lock.readLock().unlock();
            }
        }
        throw new Damaged("the staging area refers to base " + wanted + ", which it does not have");
    }

    /** Whether there are bases besides the present one. */
    boolean hasOld() {
        return byGeneration.size() > 1;
    }

    /** Closes those before the present one, but for {@code needed} and for those just in use. */
    void retire(Set<Integer> needed) {
        byGeneration.forEach(
                (number, held) -> {
                    if (number < generation
                            && !needed.contains(number)
                            && held.lock.writeLock().tryLock()) {
                        try {
                            byGeneration.remove(number);
                            held.base.close();
                        } finally {
                            held.lock.writeLock().unlock();
                        }
                    }
                });
    }

    @Override
    public void close() {
        byGeneration.values().forEach(held -> held.base.close());
        byGeneration.clear();
    }
}
