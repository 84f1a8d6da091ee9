/**
 * What keeps a repository healthy for years.
 *
 * <p>To <em>verify</em> is to read and check everything that is stored; with the key, down to the
 * digest of every chunk. To <em>quarantine</em> a chunk is to move it aside because it is damaged,
 * so that the next backup stores it again. <em>Pruning</em> removes snapshots by age,
 * <em>collecting garbage</em> then removes the chunks that none needs any more. <em>Sync</em>
 * copies snapshots between repositories as they are stored, without a key. The <em>chunk
 * ledger</em> remembers when each chunk was checked; the <em>snapshot ledger</em> remembers, sealed
 * with the key, which snapshots there must be.
 */
package dev.holdfast.upkeep;
