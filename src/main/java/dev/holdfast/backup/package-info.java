/**
 * The two ways between this machine and an archive without a mount. A <em>host tree</em> is a
 * directory of this machine as a source of entries; a <em>restorer</em> brings entries of an
 * archive back, images and blobs likewise. What cannot be read or written costs that entry alone,
 * is reported and counted, and never passes unnoticed.
 */
package dev.holdfast.backup;
