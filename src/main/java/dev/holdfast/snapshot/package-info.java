/**
 * A snapshot's file archive as a tree: read lazily at any place, scanned in one pass, or written.
 *
 * <p>Words: the <em>metadata archive</em> holds names, attributes and directories; of a unified
 * (version 1) archive it is the archive itself, contents included. The <em>content stream</em> is
 * where the bytes of files are: the payload stream of a split archive, or the unified archive. An
 * entry's <em>position</em> is the offset of its name, by which a listing can be resumed.
 *
 * <p>Everything read is checked against the bounds of what encloses it, and refused with a {@link
 * dev.holdfast.format.FormatException}; memory does not depend on what the bytes claim.
 */
package dev.holdfast.snapshot;
