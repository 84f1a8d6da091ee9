package dev.holdfast.format;

import java.util.Objects;

/**
 * One file of a snapshot as the manifest lists it (keys.md §7.1).
 *
 * @param name stored name, {@code root.mpxar.didx}
 * @param mode what was done to the content; not what decides how a blob is decoded (the magic does)
 * @param sizeBytes content length of an archive; length of the encoded file of a blob
 * @param checksum checksum of an index's entries; SHA-256 of the encoded file of a blob
 */
public record ManifestFile(String name, CryptMode mode, long sizeBytes, Digest checksum) {
    public ManifestFile {
        Objects.requireNonNull(mode);
        Objects.requireNonNull(checksum);
        if (!ArchiveName.isStored(name)) {
            throw new FormatException("manifest: invalid file name '" + name + "'");
        }
        if (sizeBytes < 0) {
            throw new FormatException("manifest: " + name + " has size " + sizeBytes);
        }
    }
}
