/**
 * Streams to chunks and back: cutting at content-defined boundaries (chunking.md), encoding on all
 * cores, caching what was decoded. A <em>chunk source</em> and a <em>chunk target</em> are what a
 * repository offers to it.
 */
package dev.holdfast.chunk;
