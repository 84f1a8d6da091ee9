/**
 * The system calls that Java lacks and backups need: files by raw byte paths (a name need not be
 * valid UTF-8), nanosecond times with owner, extended attributes, inode flags, {@code flock},
 * {@code umount2}. Linux with glibc, 64 bit.
 *
 * <p>The calls go through jffi, the layer below jnr-ffi: no class is generated per library, so the
 * first call costs about 40 ms instead of 110 ms, and a call takes machine words, so it leaves no
 * garbage. Nothing is loaded before the first call.
 */
package dev.holdfast.os;
