/**
 * A server for the tests: speaks the protocols of a Proxmox Backup Server over a datastore
 * directory, makes the checks that a real one makes, and fails on demand (protocol.md §16).
 */
package dev.holdfast.store.pbs.server;
