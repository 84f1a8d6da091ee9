package dev.holdfast.fuse;

/**
 * Who makes a request, for the owner of what it creates and for checks that the kernel leaves to
 * the file system.
 *
 * @param uid user (the file-system uid of the calling thread)
 * @param gid group
 * @param umask bits to clear from the mode of new nodes; 0 where the kernel has applied it already
 */
public record Caller(int uid, int gid, int umask) {}
