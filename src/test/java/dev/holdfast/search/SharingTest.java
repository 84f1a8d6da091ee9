package dev.holdfast.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Damaged;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.pxar.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What snapshots have in common is stored, searched and compared once. */
class SharingTest {
    private static Thing file(int content) {
        return new Thing(Kind.FILE, 0644, 1000, content);
    }

    /** A directory of 20,000 files, and 50 directories of 20. */
    private static SortedMap<String, Thing> large() {
        TreeMap<String, Thing> tree = new TreeMap<>();
        Thing directory = new Thing(Kind.DIRECTORY, 0755, 1000, 0);
        tree.put("mail", directory);
        for (int i = 0; i < 20_000; i++) {
            tree.put(String.format("mail/%05d", i), file(i));
        }
        for (int d = 0; d < 50; d++) {
            tree.put("d" + d, directory);
            for (int i = 0; i < 20; i++) {
                tree.put("d" + d + "/" + i, new Thing(Kind.FILE, 0644, 1000 + d, i));
            }
        }
        return tree;
    }

    @Test
    void aChangeCostsThePagesOnItsWay() {
        MadeSnapshots made = new MadeSnapshots();
        SortedMap<String, Thing> tree = large();
        IndexedSnapshot first = made.add(tree);
        int before = made.pageCount();
        assertThat(before).isBetween(100, 300);
        tree.put("mail/10000", file(8)); // of another size
        tree.put("mail/10000.new", file(8));
        IndexedSnapshot second = made.add(tree);
        assertThat(made.pageCount() - before).isLessThanOrEqualTo(4);
        int read = made.pagesRead();
        List<String> found = new ArrayList<>();
        new Diff(made)
                .compare(
                        first,
                        second,
                        (path, pair) -> found.add(new String(path.get(path.size() - 1), UTF_8)));
        assertThat(found).containsExactly("10000", "10000.new");
        assertThat(made.pagesRead() - read).isLessThanOrEqualTo(8);
    }

    @Test
    void aSearchReadsASharedPageOnce() {
        MadeSnapshots made = new MadeSnapshots();
        SortedMap<String, Thing> tree = large();
        for (int n = 0; n < 10; n++) {
            tree.put("d7/new" + n, file(n));
            made.add(tree);
        }
        List<Search.Hit> hits = new ArrayList<>();
        new Search(
                        made,
                        made.all(),
                        (path, kind) ->
                                new String(path.get(path.size() - 1), UTF_8).startsWith("new"))
                .run(hits::add);
        assertThat(hits).hasSize(10);
        assertThat(hits.get(3).snapshots()).hasSize(7);
        assertThat(made.pagesRead()).isEqualTo(made.pageCount());
    }

    @Test
    void aTreeThatIsEqualIsNotLookedInto() {
        MadeSnapshots made = new MadeSnapshots();
        IndexedSnapshot first = made.add(large());
        IndexedSnapshot second = made.add(large());
        new Diff(made)
                .compare(
                        first,
                        second,
                        (path, pair) -> {
                            throw new AssertionError(new String(pair.name(), UTF_8));
                        });
        assertThat(made.pagesRead()).isZero();
    }

    @Test
    void namesOutOfOrderAreRefused() {
        PageWriter writer = new PageWriter(page -> new Digest(0, 0, 0, 0));
        Item item =
                new Item(
                        "b".getBytes(UTF_8),
                        true,
                        Attributes.timeOnly(0),
                        new Item.Special(Kind.FIFO));
        writer.add(item);
        assertThatThrownBy(() -> writer.add(item)).isInstanceOf(Damaged.class);
        assertThatThrownBy(() -> writer.add(item.named("a".getBytes(UTF_8))))
                .isInstanceOf(Damaged.class);
    }

    private static ChunkIndex index(int... chunks) {
        DynamicIndex.Builder builder = new DynamicIndex.Builder();
        for (int chunk : chunks) {
            builder.add(new Digest(chunk, 0, 0, 0), 100);
        }
        return DynamicIndex.parse(builder.encode(new byte[16], 0));
    }

    @Test
    void aContentIsWhereItIs() {
        Optional<ContentId> id = ContentId.of(index(1, 2, 3), new Body.Regular(90, 150));
        assertThat(id).isPresent();
        // The same chunks elsewhere in the stream.
        assertThat(ContentId.of(index(9, 1, 2, 3), new Body.Regular(190, 150))).isEqualTo(id);
        assertThat(ContentId.of(index(1, 9, 3), new Body.Regular(90, 150))).isNotEqualTo(id);
        assertThat(ContentId.of(index(1, 2, 9), new Body.Regular(90, 150))).isNotEqualTo(id);
        assertThat(ContentId.of(index(1, 2, 3), new Body.Regular(91, 150))).isNotEqualTo(id);
        assertThat(ContentId.of(index(1, 2, 3), new Body.Regular(90, 149))).isNotEqualTo(id);
        // It ends where a chunk ends: the next one does not matter, and need not be there.
        Optional<ContentId> toTheEnd = ContentId.of(index(1, 2, 3), new Body.Regular(90, 94));
        assertThat(ContentId.of(index(1, 2), new Body.Regular(90, 94))).isEqualTo(toTheEnd);
        assertThat(ContentId.of(index(1, 2, 3), new Body.Regular(184, 0)))
                .contains(ContentId.EMPTY);
        assertThat(ContentId.of(index(1, 2), new Body.Regular(90, 95))).isEmpty();
        assertThat(ContentId.of(index(1, 2), new Body.Regular(500, 1))).isEmpty();
    }
}
