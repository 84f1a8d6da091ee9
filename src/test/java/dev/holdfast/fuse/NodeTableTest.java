package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private static final long ROOT_INODE = 4711;

    private final Tree tree = new Tree();
    private final NodeTable table = new NodeTable(tree, 1000);

    @Test
    void theRootIsKnownWithoutBeingTold() {
        assertThat(table.node(NodeTable.ROOT)).isSameAs(tree.root);
        assertThat(table.told(tree.root, ROOT_INODE)).isEqualTo(NodeTable.ROOT);
        table.forget(NodeTable.ROOT, 5);
        assertThat(table.node(NodeTable.ROOT)).isSameAs(tree.root);
    }

    @Test
    void aNodeWithTheRootsNumberIsAnotherNode() {
        Node node = new Plain(1);
        long number = table.told(node, 1);
        assertThat(number).isNotEqualTo(NodeTable.ROOT);
        assertThat(table.node(number)).isSameAs(node);
    }

    @Test
    void aNodeIsForgottenWhenAllThatWasToldIsTakenBack() {
        Node node = new Plain(7);
        long number = table.told(node, 7);
        table.told(node, 7);
        table.forget(number, 1);
        assertThat(table.node(number)).isSameAs(node);
        table.forget(number, 1);
        assertThatThrownBy(() -> table.node(number))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ESTALE));
        assertThat(table.size()).isZero();
    }

    @Test
    void whatTheFileSystemFindsTakesNoPlace() {
        Node node = new Plain(tree.found.attributes().inode());
        table.told(tree.found, tree.found.attributes().inode());
        assertThat(table.size()).isZero();
        assertThat(table.node(node.attributes().inode())).isSameAs(tree.found);
    }

    @Test
    void aFileIsNoDirectory() {
        long number = table.told(new Plain(7), 7);
        assertThatThrownBy(() -> table.directory(number))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENOTDIR));
    }

    @Test
    void saysWhenThereAreTooManyAndLetsAllBeVisited() {
        boolean[] said = new boolean[1];
        table.whenTooMany(() -> said[0] = true);
        for (long number = 10_000; number < 10_500; number++) {
            table.told(new Plain(number), number);
        }
        assertThat(said[0]).isFalse();
        for (long number = 10_500; number < 14_900; number++) {
            table.told(new Plain(number), number);
        }
        assertThat(said[0]).isTrue();
        java.util.Set<NodeReference> visited = new java.util.HashSet<>();
        for (int turn = 0; turn < 100; turn++) {
            table.visit(turn, visited::add);
        }
        assertThat(visited).hasSize(4900);
    }

    @Property(tries = 50)
    void behavesLikeAMapOfCounts(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        NodeTable tried = new NodeTable(tree, 1000);
        Map<Long, Integer> counts = new HashMap<>();
        Map<Long, Node> nodes = new HashMap<>();
        for (int step = 0; step < 3000; step++) {
            long number = 100 + random.nextInt(400) * (random.nextBoolean() ? 1L : 1L << 40);
            if (random.nextInt(step < 1500 ? 3 : 2) > 0) {
                Node node = new Plain(number);
                tried.told(node, number);
                counts.merge(number, 1, Integer::sum);
                nodes.put(number, node);
            } else {
                int times = 1 + random.nextInt(3);
                tried.forget(number, times);
                counts.computeIfPresent(
                        number, (n, count) -> count <= times ? null : count - times);
                nodes.keySet().retainAll(counts.keySet());
            }
        }
        assertThat(tried.size()).isEqualTo(counts.size());
        nodes.forEach((number, node) -> assertThat(tried.node(number)).isSameAs(node));
    }

    private static class Plain implements Node {
        private final long inode;

        Plain(long inode) {
            this.inode = inode;
        }

        @Override
        public Attributes attributes() {
            FileTime time = new FileTime(0, 0);
            return new Attributes(inode, Attributes.REGULAR, 1, 0, 0, 0, 0, 0, time, time, time);
        }
    }

    private static final class Found extends Plain {
        Found() {
            super(99);
        }

        @Override
        public boolean isFoundByInode() {
            return true;
        }
    }

    private static final class Root extends Plain implements Directory {
        Root() {
            super(ROOT_INODE);
        }

        @Override
        public Node lookup(byte[] name) {
            throw new Errno(Errno.ENOENT);
        }

        @Override
        public void list(long cursor, EntrySink sink) {}
    }

    private static final class Tree implements FileSystem {
        private final Root root = new Root();
        private final Found found = new Found();

        @Override
        public Directory root() {
            return root;
        }

        @Override
        public Optional<Node> byInode(long inode) {
            return inode == 99
                    ? Optional.of(found)
                    : inode == ROOT_INODE ? Optional.of(root) : Optional.empty();
        }

        @Override
        public StatFs statFs() {
            return new StatFs(4096, 1, 1, 1, 1, 255);
        }

        @Override
        public void close() {}
    }
}
