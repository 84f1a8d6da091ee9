/**
 * What a key can do: seal and open blobs, name chunks by keyed digest, sign manifests, prove which
 * key it is; and how a key is kept, wrapped by a passphrase. Secrets live in arrays that are wiped,
 * and never in messages.
 */
package dev.holdfast.crypto;
