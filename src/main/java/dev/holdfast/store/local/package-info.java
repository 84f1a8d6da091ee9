/**
 * A datastore directory on this machine (datastore.md), safe to share with a backup server that
 * runs on the same host: same layout, modes and owners, same locks.
 */
package dev.holdfast.store.local;
