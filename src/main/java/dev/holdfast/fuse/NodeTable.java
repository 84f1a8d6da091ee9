package dev.holdfast.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The nodes that the kernel knows, by the number it knows them by: the inode number; that of the
 * root is 1. The kernel counts how often it was told of a node and says when it forgets. A node of
 * a file system that finds nodes by their number ({@link FileSystem#byInode}) takes no place here.
 * Safe for all threads.
 *
 * <p>Open addressing with linear probing, in several parts with a lock each: a million nodes take
 * 32 MiB and no objects of this class.
 */
final class NodeTable {
    static final long ROOT = 1;

    /** What another node with the root's number is known by. */
    private static final long INSTEAD_OF_ROOT = -1;

    private static final int PARTS = 16;

    /** More nodes than this are too many: about 30 MiB. */
    static final int USUAL_LIMIT = 1 << 19;

    private final FileSystem fileSystem;
    private final Directory root;
    private final long rootInode;
    private final boolean findsByInode;
    private final int limit;
    private final Part[] parts = new Part[PARTS];
    private volatile Runnable tooMany = () -> {};

    NodeTable(FileSystem fileSystem, int limit) {
        this.limit = limit;
        this.fileSystem = fileSystem;
        this.root = fileSystem.root();
        this.rootInode = root.attributes().inode();
        this.findsByInode = fileSystem.byInode(rootInode).isPresent();
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    /** Says what to do, quickly, whenever there are more nodes than {@link #limit}. */
    void whenTooMany(Runnable action) {
        tooMany = action;
    }

    /** Notes that the kernel is told of a node once more; gives the node's number. */
    long told(Node node, long inode) {
        long number = number(inode);
        if (number != ROOT && (!findsByInode || !node.isFoundByInode())) {
            if (part(number).add(number, node.reference()) > limit / PARTS) {
                tooMany.run();
            }
        }
        return number;
    }

    /** The node of that number; {@code ESTALE} if the kernel cannot know it. */
    Node node(long number) {
        if (number == ROOT) {
            return root;
        }
        NodeReference known = part(number).get(number);
        return known != null
                ? known.node()
                : fileSystem.byInode(number).orElseThrow(() -> new Errno(Errno.ESTALE));
    }

    /** The directory of that number. */
    Directory directory(long number) {
        if (node(number) instanceof Directory directory) {
            return directory;
        }
        throw new Errno(Errno.ENOTDIR);
    }

    /** The kernel takes back that many of the times it was told of a node. */
    void forget(long number, long times) {
        if (number != ROOT) {
            part(number).remove(number, times);
        }
    }

    /** How many nodes may be remembered before the kernel is asked to forget some. */
    int limit() {
        return limit;
    }

    /** How many nodes are remembered. */
    int size() {
        int size = 0;
        for (Part part : parts) {
            size += part.size();
        }
        return size;
    }

    /** What the kernel knows a node of that inode number by. */
    long number(long inode) {
        return inode == rootInode ? ROOT : inode == ROOT ? INSTEAD_OF_ROOT : inode;
    }

    /**
     * Calls for what is remembered in some of the table's slots.
     *
     * @param turn which ones: numbers that follow one another go round the whole table
     */
    void visit(int turn, Consumer<NodeReference> action) {
        parts[Math.floorMod(turn, PARTS)].some(Math.floorDiv(turn, PARTS)).forEach(action);
    }

    private Part part(long number) {
        return parts[(int) (spread(number) >>> 60)];
    }

    private static long spread(long number) {
        return number * 0x9e3779b97f4a7c15L;
    }

    private static final class Part {
        private static final int SMALLEST = 16;
        private static final int RUN = 1024;

        private long[] numbers = new long[SMALLEST];
        private NodeReference[] nodes = new NodeReference[SMALLEST];
        private int[] counts = new int[SMALLEST];
        private int used;

        synchronized int size() {
            return used;
        }

        synchronized NodeReference get(long number) {
            return nodes[slot(number)];
        }

        /** Gives how many nodes there are now. */
        synchronized int add(long number, NodeReference node) {
            int slot = slot(number);
            if (nodes[slot] == null) {
                if (4 * (used + 1) > 3 * nodes.length) {
                    resize(2 * nodes.length);
                    slot = slot(number);
                }
                numbers[slot] = number;
                used++;
            }
            nodes[slot] = node;
            if (counts[slot] != Integer.MAX_VALUE) { // once there, it is never forgotten
                counts[slot]++;
            }
            return used;
        }

        synchronized void remove(long number, long times) {
            int slot = slot(number);
            if (nodes[slot] == null || counts[slot] == Integer.MAX_VALUE) {
                return;
            }
            if (Long.compareUnsigned(counts[slot], times) > 0) {
                counts[slot] -= (int) times;
                return;
            }
            vacate(slot);
            used--;
            if (nodes.length > SMALLEST && 8 * used < nodes.length) {
                resize(nodes.length / 2);
            }
        }

        /** Where the number is, or the free place where it belongs. */
        private int slot(long number) {
            int mask = nodes.length - 1;
            int slot = home(number);
            while (nodes[slot] != null && numbers[slot] != number) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        /** The top four bits have chosen the part. */
        private int home(long number) {
            return (int) (spread(number) >>> 28) & (nodes.length - 1);
        }

        /** Frees a slot and moves those that follow it to where they will be looked for. */
        private void vacate(int freed) {
            int mask = nodes.length - 1;
            int hole = freed;
            for (int slot = (hole + 1) & mask; nodes[slot] != null; slot = (slot + 1) & mask) {
                int wanted = home(numbers[slot]);
                if (((slot - wanted) & mask) >= ((slot - hole) & mask)) {
                    numbers[hole] = numbers[slot];
                    nodes[hole] = nodes[slot];
                    counts[hole] = counts[slot];
                    hole = slot;
                }
            }
            nodes[hole] = null;
            counts[hole] = 0;
        }

        /** The nodes of one run of slots. */
        synchronized List<NodeReference> some(int turn) {
            int run = Math.min(RUN, nodes.length);
            int first = Math.floorMod(turn, nodes.length / run) * run;
            List<NodeReference> found = new ArrayList<>();
            for (int slot = first; slot < first + run; slot++) {
                if (nodes[slot] != null) {
                    found.add(nodes[slot]);
                }
            }
            return found;
        }

        private void resize(int capacity) {
            long[] oldNumbers = numbers;
            NodeReference[] oldNodes = nodes;
            int[] oldCounts = counts;
            numbers = new long[capacity];
            nodes = new NodeReference[capacity];
            counts = new int[capacity];
            for (int i = 0; i < oldNodes.length; i++) {
                if (oldNodes[i] != null) {
                    int slot = slot(oldNumbers[i]);
                    numbers[slot] = oldNumbers[i];
                    nodes[slot] = oldNodes[i];
                    counts[slot] = oldCounts[i];
                }
            }
        }
    }
}
