/**
 * The writable tree behind {@code holdfast stage}. A <em>staging area</em> is a local directory
 * that holds a tree of files, sealed: nothing in it is plain text. It is made of
 *
 * <ul>
 *   <li>the <em>tree</em>: inodes, names, attributes and extents, in B-trees whose pages lie in
 *       sealed blocks ({@link dev.holdfast.stage.BlockFile});
 *   <li>the <em>spool</em>: what was written into files, in append-only segments of sealed frames
 *       ({@link dev.holdfast.stage.Spool}), and the chunks of large files, encoded for the
 *       repository while they are being written;
 *   <li>the <em>base</em>: the snapshot that the tree started from ({@link
 *       dev.holdfast.stage.Base}). Its directories are <em>faulted in</em> when they are touched; a
 *       file's content stays in the base until it is written.
 * </ul>
 *
 * <p>To <em>seal</em> is to make the present state durable: buffers go to the spool, the tree is
 * committed, both are synced. What is on disk is always one sealed state as a whole. To
 * <em>freeze</em> is to keep the present state readable for a commit; to <em>rebase</em> is to let
 * the committed snapshot take the place of the base and of what the spool held for it.
 */
package dev.holdfast.stage;
