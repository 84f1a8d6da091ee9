package dev.holdfast.snapshot;

import static dev.holdfast.HostileInput.accepted;
import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Catalogs, walked as a whole: no byte can be met more than once. */
public final class CatalogFuzz {
    private CatalogFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> new CatalogReader(ByteSource.of(data)))
                .ifPresent(catalog -> walk(catalog.root(), data.length));
    }

    private static void walk(CatalogReader.Directory root, int bytes) {
        Deque<CatalogReader.Directory> open = new ArrayDeque<>();
        open.add(root);
        int[] entries = {0};
        while (!open.isEmpty()) {
            CatalogReader.Directory directory = open.remove();
            accepted(
                    () -> {
                        Iterator<CatalogReader.Child> children = directory.children();
                        while (children.hasNext()) {
                            CatalogReader.Child child = children.next();
                            check(++entries[0] <= bytes, "more entries than bytes");
                            check(!child.entry().toString().isEmpty(), "entry without a name");
                            child.directory().ifPresent(open::add);
                        }
                    });
        }
    }
}
