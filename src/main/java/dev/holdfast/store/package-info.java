/**
 * Repositories: where snapshots are listed, read and written as stored bytes. A <em>reader</em>
 * keeps a snapshot from being removed; a <em>writer</em> makes a new one, all or nothing. Needs no
 * key.
 */
package dev.holdfast.store;
