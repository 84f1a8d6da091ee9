/**
 * From streams to chunks and back. A <em>stream</em> is the content of an archive, an image or a
 * catalog; a <em>chunk</em> is a piece of it of at most 16 MiB that is stored under the digest of
 * its bytes. A <em>chunker</em> decides where the stream is <em>cut</em>, a <em>splitter</em>
 * collects the bytes between two cuts. A cut is <em>regular</em> when the chunker found it, and
 * <em>forced</em> when the writer of the stream wanted it there. Chunks that are already stored can
 * be <em>injected</em> into a stream: they take up offsets, but no bytes are read.
 */
package dev.holdfast.chunk;
