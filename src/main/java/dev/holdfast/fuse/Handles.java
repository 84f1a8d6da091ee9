package dev.holdfast.fuse;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What is open, by the numbers that the kernel knows it by. A number is a place in an array, so
 * that finding it costs neither a lock nor a boxed key. Safe for all threads.
 */
final class Handles<T> {
    private volatile AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(64);
    private final Deque<Integer> free = new ArrayDeque<>();
    private int used;

    /** Stores something and gives its number (≥ 1). */
    synchronized long add(T open) {
        Integer reusable = free.pollLast();
        int slot = reusable != null ? reusable : used++;
        if (slot == slots.length()) {
            AtomicReferenceArray<T> larger = new AtomicReferenceArray<>(2 * slot);
            for (int i = 0; i < slot; i++) {
                larger.set(i, slots.get(i));
            }
            slots = larger;
        }
        slots.set(slot, open);
        return slot + 1L;
    }

    /** What has that number; {@code EBADF} if nothing has. */
    T get(long number) {
        AtomicReferenceArray<T> current = slots;
        T open = number >= 1 && number <= current.length() ? current.get((int) number - 1) : null;
        if (open == null) {
            throw new Errno(Errno.EBADF);
        }
        return open;
    }

    /** Takes a number out of use; {@code EBADF} if it is not in use. */
    synchronized T remove(long number) {
        T open = get(number);
        int slot = (int) number - 1;
        slots.set(slot, null);
        free.addLast(slot);
        return open;
    }

    /** Takes out everything. */
    synchronized List<T> removeAll() {
        List<T> all = new ArrayList<>();
        for (int slot = 0; slot < used; slot++) {
            T open = slots.getAndSet(slot, null);
            if (open != null) {
                all.add(open);
            }
        }
        free.clear();
        used = 0;
        return all;
    }
}
