package dev.holdfast.fuse;

/**
 * The nodes that the kernel knows, by the number it knows them by: the inode number; that of the
 * root is 1. The kernel counts how often it was told of a node and says when it forgets. A node of
 * a file system that finds nodes by their number ({@link FileSystem#byInode}) takes no place here.
 * Safe for all threads.
 *
 * <p>Open addressing with linear probing, in several parts with a lock each: a million nodes take
 * 32 MiB and no objects.
 */
final class NodeTable {
    static final long ROOT = 1;

    /** What another node with the root's number is known by. */
    private static final long INSTEAD_OF_ROOT = -1;

    private static final int PARTS = 16;

    private final FileSystem fileSystem;
    private final Directory root;
    private final long rootInode;
    private final boolean findsByInode;
    private final Part[] parts = new Part[PARTS];

    NodeTable(FileSystem fileSystem) {
        this.fileSystem = fileSystem;
        this.root = fileSystem.root();
        this.rootInode = root.attributes().inode();
        this.findsByInode = fileSystem.byInode(rootInode).isPresent();
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    /** Notes that the kernel is told of a node once more; gives the node's number. */
    long told(Node node, long inode) {
        if (inode == rootInode) {
            return ROOT;
        }
        long number = inode == ROOT ? INSTEAD_OF_ROOT : inode;
        if (!findsByInode || !node.isFoundByInode()) {
            part(number).add(number, node);
        }
        return number;
    }

    /** The node of that number; {@code ESTALE} if the kernel cannot know it. */
    Node node(long number) {
        if (number == ROOT) {
            return root;
        }
        Node known = part(number).get(number);
        return known != null
                ? known
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

    /** How many nodes are remembered. */
    int size() {
        int size = 0;
        for (Part part : parts) {
            size += part.size();
        }
        return size;
    }

    private Part part(long number) {
        return parts[(int) (spread(number) >>> 60)];
    }

    private static long spread(long number) {
        return number * 0x9e3779b97f4a7c15L;
    }

    private static final class Part {
        private static final int SMALLEST = 16;

        private long[] numbers = new long[SMALLEST];
        private Node[] nodes = new Node[SMALLEST];
        private int[] counts = new int[SMALLEST];
        private int used;

        synchronized int size() {
            return used;
        }

        synchronized Node get(long number) {
            return nodes[slot(number)];
        }

        synchronized void add(long number, Node node) {
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

        private void resize(int capacity) {
            long[] oldNumbers = numbers;
            Node[] oldNodes = nodes;
            int[] oldCounts = counts;
            numbers = new long[capacity];
            nodes = new Node[capacity];
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
