/**
 * Bytes to objects and back, without I/O and without keys. A <em>blob</em> is a checksummed,
 * optionally compressed and encrypted container; a <em>chunk</em> is a blob named by the digest of
 * its content; an <em>index</em> lists the chunks of a stream; a <em>manifest</em> lists the files
 * of a snapshot and is signed.
 */
package dev.holdfast.format;
