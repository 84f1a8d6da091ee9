/**
 * Finding things in many snapshots: by name, versions of one path, differences between two. Answers
 * come from metadata archives, catalogs and indexes of chunks; contents are never read.
 *
 * <p>Words: an <em>item</em> is what a directory says of one name. A directory is a few
 * <em>pages</em> of items, called by the digest of their bytes, so that directories that are equal
 * in many snapshots are stored, searched and compared once. A <em>root</em> is the item of an
 * archive; it names all that is below. The <em>index</em> of a group is a local, sealed file of
 * pages and roots; what it says of a snapshot is found by the checksums in the snapshot's signed
 * manifest, so it cannot be out of date, only incomplete.
 */
package dev.holdfast.search;
