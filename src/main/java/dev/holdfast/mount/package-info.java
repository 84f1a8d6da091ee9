/**
 * The read-only view of a repository as a file system: namespaces, groups, snapshots, archives,
 * files.
 *
 * <p>Words: the <em>scope</em> is what a mount shows. A <em>listed directory</em> is one that the
 * repository's listings make (namespaces, groups, snapshots); what lies in an archive comes from
 * the archive itself and never changes. A snapshot is <em>held</em> while somebody uses it, and
 * stays open for a while after.
 */
package dev.holdfast.mount;
