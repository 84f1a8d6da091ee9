package dev.holdfast.mount;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is made when first asked for, once. A failure is not remembered. Thread-safe. */
final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> load;
    private volatile Optional<T> value = Optional.empty();

    Lazy(Supplier<T> load) {
        this.load = load;
    }

    @Override
    public T get() {
        Optional<T> made = value;
        return made.isPresent() ? made.get() : make();
    }

    private synchronized T make() {
        if (value.isEmpty()) {
            value = Optional.of(load.get());
        }
        return value.get();
    }
}
