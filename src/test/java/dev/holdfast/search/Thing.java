package dev.holdfast.search;

import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What a made-up tree has at a path; for tests, as simple as can be.
 *
 * @param kind directory, file or symbolic link
 * @param content of a file or link: equal numbers, equal content
 */
record Thing(Kind kind, int permissions, long mtime, int content) {

    /** The size of a file: few sizes, so that different contents often have the same. */
    long size() {
        return 10L + content % 3;
    }

    /** A tree: paths with what is there; parents before children. */
    static SortedMap<String, Thing> tree(SplittableRandom random, int entries) {
        TreeMap<String, Thing> tree = new TreeMap<>();
        for (int i = 0; i < entries; i++) {
            addSomewhere(tree, random);
        }
        return tree;
    }

    /** Another tree, with a few things added, removed and changed. */
    static SortedMap<String, Thing> changed(
            SortedMap<String, Thing> tree, SplittableRandom random, int changes) {
        TreeMap<String, Thing> other = new TreeMap<>(tree);
        for (int i = 0; i < changes; i++) {
            String path = any(other, random);
            Thing old = other.get(path);
            switch (random.nextInt(path.isEmpty() ? 1 : 6)) {
                case 0 -> addSomewhere(other, random);
                case 1 -> remove(other, path);
                case 2 -> {
                    remove(other, path);
                    other.put(path, some(random));
                }
                case 3 ->
                        other.put(
                                path,
                                new Thing(old.kind, old.permissions ^ 1, old.mtime, old.content));
                case 4 ->
                        other.put(
                                path,
                                new Thing(
                                        old.kind,
                                        old.permissions,
                                        old.mtime + 1,
                                        random.nextInt(20)));
                default ->
                        other.put(
                                path,
                                new Thing(
                                        old.kind, old.permissions, old.mtime, random.nextInt(20)));
            }
        }
        return other;
    }

    private static void remove(SortedMap<String, Thing> tree, String path) {
        tree.keySet().removeIf(p -> p.equals(path) || p.startsWith(path + "/"));
    }

    private static void addSomewhere(SortedMap<String, Thing> tree, SplittableRandom random) {
        String parent = any(tree, random);
        if (!parent.isEmpty() && tree.get(parent).kind != Kind.DIRECTORY) {
            return;
        }
        String name = Integer.toString(random.nextInt(40), 36);
        tree.putIfAbsent(parent.isEmpty() ? name : parent + "/" + name, some(random));
    }

    /** A path, or the root. */
    private static String any(SortedMap<String, Thing> tree, SplittableRandom random) {
        int n = random.nextInt(tree.size() + 1);
        return n == 0 ? "" : tree.keySet().stream().skip(n - 1).findFirst().orElseThrow();
    }

    private static Thing some(SplittableRandom random) {
        Kind kind =
                switch (random.nextInt(4)) {
                    case 0 -> Kind.DIRECTORY;
                    case 1 -> Kind.SYMLINK;
                    default -> Kind.FILE;
                };
        return new Thing(
                kind, 0700 + random.nextInt(8), 1000 + random.nextInt(3), random.nextInt(20));
    }
}
