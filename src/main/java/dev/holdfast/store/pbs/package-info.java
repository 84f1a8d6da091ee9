/**
 * A Proxmox Backup Server as a repository (protocol.md). Lists and small changes go over REST;
 * every open snapshot, read or written, is one <em>session</em>: a TLS connection of its own that
 * was upgraded to HTTP/2. Knows nothing of other repositories.
 */
package dev.holdfast.store.pbs;
