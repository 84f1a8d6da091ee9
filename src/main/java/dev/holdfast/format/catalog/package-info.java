/**
 * The catalog of a snapshot with unified archives: names, sizes and times of all files, without the
 * archives themselves ({@code spec/datastore.md} §6).
 *
 * <pre>
 * file  = magic(8) table* root_start(u64)
 * table = varint(length of body) body           its start: the offset of this varint
 * body  = varint(number of entries) entry*
 * entry = type(1) varint(name length) name extra
 * </pre>
 *
 * <p>A table comes after the tables of its subdirectories, the root's comes last.
 */
package dev.holdfast.format.catalog;
