/**
 * The port between file systems and the kernel, and the one adapter behind it. A <em>file
 * system</em> is a tree of <em>nodes</em>; a <em>mount</em> is a file system attached to a mount
 * point, from readiness to a clean, awaited detach.
 */
package dev.holdfast.fuse;
