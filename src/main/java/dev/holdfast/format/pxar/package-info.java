/**
 * The file archive of the Proxmox Backup Server, as bytes and as values ({@code spec/pxar.md}).
 *
 * <p>Words: an archive is a sequence of <em>items</em> (type, size, content). An <em>entry</em> is
 * one file system object: a FILENAME item, an ENTRY item, attribute items and at most one
 * <em>body</em> item. A directory ends with a <em>goodbye table</em>, the index of its children.
 * Version 1 archives are <em>unified</em>, file contents lie between the entries; version 2
 * archives are <em>split</em> into a metadata archive and a payload stream.
 *
 * <p>Nothing here does I/O. Names, link targets and attribute names are byte strings and never
 * decoded. Arrays handed to or out of these classes are shared, not copied: do not change them.
 */
package dev.holdfast.format.pxar;
