package dev.holdfast.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.SnapshotId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is found in random trees, compared with what a look at all paths says. */
class RandomTreesTest {
    private static String text(List<byte[]> path) {
        return path.stream()
                .skip(1)
                .map(n -> new String(n, UTF_8))
                .collect(Collectors.joining("/"));
    }

    private static List<byte[]> path(String text) {
        List<byte[]> names = new ArrayList<>(List.of("root.pxar".getBytes(UTF_8)));
        for (String name : text.split("/", -1)) {
            names.add(name.getBytes(UTF_8));
        }
        return names;
    }

    private static SortedMap<String, String> diff(
            SortedMap<String, Thing> before, SortedMap<String, Thing> after) {
        TreeMap<String, String> all = new TreeMap<>();
        Set<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        for (String path : paths) {
            Thing old = before.get(path);
            Thing now = after.get(path);
            if (old == null) {
                all.put(path, "added");
            } else if (now == null) {
                all.put(path, "removed");
            } else if (!changes(old, now).isEmpty()) {
                all.put(path, changes(old, now).toString());
            }
        }
        return all;
    }

    /** Where size and time leave it open, chunks tell. */
    private static Pair placed(
            List<byte[]> path,
            Pair pair,
            SortedMap<String, Thing> before,
            SortedMap<String, Thing> after) {
        return pair.likeness() == Likeness.LIKELY_DIFFERENT && pair.any().kind() == Kind.FILE
                ? pair.at(place(before.get(text(path))), place(after.get(text(path))))
                : pair;
    }

    private static Optional<ContentId> place(Thing thing) {
        return Optional.of(new ContentId(thing.content(), 1));
    }

    private static Set<Aspect> changes(Thing old, Thing now) {
        if (old.kind() != now.kind()) {
            return EnumSet.of(Aspect.TYPE);
        }
        Set<Aspect> changes = EnumSet.noneOf(Aspect.class);
        boolean other = old.content() != now.content();
        if (old.kind() == Kind.SYMLINK && other) {
            changes.add(Aspect.TARGET);
        } else if (old.kind() == Kind.FILE
                && other
                && (old.size() != now.size() || old.mtime() != now.mtime())) {
            changes.add(Aspect.CONTENT);
        }
        if (old.permissions() != now.permissions()) {
            changes.add(Aspect.MODE);
        }
        if (old.mtime() != now.mtime()) {
            changes.add(Aspect.MTIME);
        }
        return changes;
    }

    @Property(tries = 300)
    void aDiffIsWhatComparingAllPathsFinds(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SortedMap<String, Thing> before = Thing.tree(random, random.nextInt(120));
        SortedMap<String, Thing> after = Thing.changed(before, random, random.nextInt(15));
        MadeSnapshots made = new MadeSnapshots();
        IndexedSnapshot first = made.add(before);
        IndexedSnapshot second = made.add(after);
        SortedMap<String, String> found = new TreeMap<>();
        long[] visits = {0};
        new Diff(made)
                .compare(
                        first,
                        second,
                        (path, pair) -> {
                            visits[0]++;
                            found.put(
                                    text(path),
                                    pair.isAdded()
                                            ? "added"
                                            : pair.isRemoved()
                                                    ? "removed"
                                                    : placed(path, pair, before, after)
                                                            .changes(false)
                                                            .toString());
                            return true;
                        });
        assertThat(found).isEqualTo(diff(before, after));
        assertThat(visits[0]).as("nothing twice").isEqualTo(found.size());
    }

    @Property(tries = 100)
    void aSearchFindsEveryLookOfEveryPathWithItsSnapshots(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MadeSnapshots made = new MadeSnapshots();
        SortedMap<String, Thing> tree = Thing.tree(random, random.nextInt(80));
        Map<String, List<SnapshotId>> expected = new HashMap<>();
        for (int n = 0; n < 5; n++) {
            made.add(tree);
            SnapshotId id = MadeSnapshots.id(n);
            tree.forEach(
                    (path, thing) -> {
                        if (path.endsWith("a") || path.endsWith("7")) {
                            expected.computeIfAbsent(look(path, thing), k -> new ArrayList<>())
                                    .add(id);
                        }
                    });
            tree = Thing.changed(tree, random, random.nextInt(6));
        }
        Map<String, List<SnapshotId>> found = new HashMap<>();
        new Search(
                        made,
                        made.all(),
                        (path, kind) -> {
                            byte[] name = path.get(path.size() - 1);
                            byte last = name[name.length - 1];
                            return path.size() > 1 && (last == 'a' || last == '7');
                        })
                .run(hit -> assertThat(found.put(look(hit), hit.snapshots())).isNull());
        assertThat(found).isEqualTo(expected);
    }

    private static String look(String path, Thing thing) {
        String special =
                switch (thing.kind()) {
                    case FILE -> "" + thing.size();
                    case SYMLINK -> "to" + thing.content();
                    default -> "";
                };
        return String.join(
                " ",
                path,
                thing.kind().text(),
                "" + thing.permissions(),
                "" + thing.mtime(),
                special);
    }

    private static String look(Search.Hit hit) {
        Item item = hit.item();
        String special =
                switch (item.kind()) {
                    case FILE -> "" + item.sizeBytes();
                    case SYMLINK -> new String(((Item.Symlink) item.body()).target(), UTF_8);
                    default -> "";
                };
        return String.join(
                " ",
                text(hit.path()),
                item.kind().text(),
                "" + item.attributes().permissions(),
                "" + item.attributes().mtimeSeconds(),
                special);
    }

    @Property(tries = 100)
    void versionsOfAPathAreItsContents(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MadeSnapshots made = new MadeSnapshots();
        List<Thing> there = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            // Contents 0 to 2 have different sizes, so that everything is certain.
            Thing thing = new Thing(Kind.FILE, 0600, 1000 + random.nextInt(3), random.nextInt(3));
            there.add(thing);
            made.add(
                    new TreeMap<>(
                            Map.of("d", new Thing(Kind.DIRECTORY, 0700, 0, 0), "d/f", thing)));
        }
        Versions.Places places =
                snapshot ->
                        IntStream.range(0, there.size())
                                .filter(n -> MadeSnapshots.id(n).equals(snapshot))
                                .mapToObj(n -> new ContentId(there.get(n).content(), 1))
                                .findFirst();
        List<Versions.Version> versions = Versions.of(made, made.all(), path("d/f"), places);
        Map<Integer, List<SnapshotId>> expected = new HashMap<>();
        for (int n = 0; n < there.size(); n++) {
            expected.computeIfAbsent(there.get(n).content(), k -> new ArrayList<>())
                    .add(MadeSnapshots.id(n));
        }
        assertThat(versions).hasSameSizeAs(expected.keySet());
        assertThat(versions).allMatch(v -> v.likeness() == Likeness.SAME);
        assertThat(versions.stream().map(Versions.Version::snapshots).toList())
                .containsExactlyInAnyOrderElementsOf(expected.values());
    }

    @Property(tries = 50)
    void everyPathIsFoundByItsName(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MadeSnapshots made = new MadeSnapshots();
        SortedMap<String, Thing> tree = Thing.tree(random, 150);
        IndexedSnapshot snapshot = made.add(tree);
        tree.forEach(
                (path, thing) -> {
                    Optional<Item> item = snapshot.lookup(made, path(path));
                    assertThat(item.orElseThrow().kind()).isEqualTo(thing.kind());
                    assertThat(snapshot.lookup(made, path(path + "!"))).isEmpty();
                    assertThat(snapshot.lookup(made, path(path + "/!"))).isEmpty();
                });
    }
}
