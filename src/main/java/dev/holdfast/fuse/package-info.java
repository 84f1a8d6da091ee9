/**
 * The port between file systems and the kernel, and the one adapter behind it. A <em>file
 * system</em> is a tree of <em>nodes</em>; a <em>mount</em> is a file system attached to a mount
 * point, from readiness to a clean, awaited detach. libfuse 2 makes the mount (so that users other
 * than root can, with {@code fusermount}); the kernel's requests are read and answered here, in the
 * protocol of {@code linux/fuse.h}.
 */
package dev.holdfast.fuse;
