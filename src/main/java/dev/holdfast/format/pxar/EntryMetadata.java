package dev.holdfast.format.pxar;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** Everything an archive says of an object besides its name and content: the grammar's Head. */
public final class EntryMetadata {
    /** The attribute whose value is the FCAPS item. */
    public static final String CAPABILITY_NAME = "security.capability";

    private static final int MAX_XATTR_NAME_BYTES = 255;

    private final Stat stat;
    private final List<Xattr> xattrs;
    private final Acl acl;
    private final Optional<byte[]> fcaps;
    private final OptionalLong projectId;

    /**
     * @param xattrs XATTR items, in the order of the archive
     * @param fcaps raw value of {@code security.capability}
     * @param projectId quota project
     */
    public EntryMetadata(
            Stat stat,
            List<Xattr> xattrs,
            Acl acl,
            Optional<byte[]> fcaps,
            OptionalLong projectId) {
        this.stat = requireNonNull(stat);
        this.xattrs = List.copyOf(xattrs);
        this.acl = requireNonNull(acl);
        this.fcaps = requireNonNull(fcaps);
        this.projectId = requireNonNull(projectId);
        if (fcaps.isPresent() && fcaps.get().length > ItemType.MAX_XATTR_BYTES) {
            throw new IllegalArgumentException("capabilities of " + fcaps.get().length + " bytes");
        }
    }

    /** Only what {@code stat(2)} says. */
    public static EntryMetadata of(Stat stat) {
        return new EntryMetadata(stat, List.of(), Acl.NONE, Optional.empty(), OptionalLong.empty());
    }

    /**
     * What is stored for an object with these attributes (§11.4): capabilities and ACLs become
     * their own items, {@code user.*}, {@code trusted.*} and {@code security.NTACL} stay in the
     * order given, everything else is dropped. A default ACL counts for directories only.
     *
     * @throws dev.holdfast.format.FormatException if an ACL is not valid
     */
    public static EntryMetadata ofKernel(
            Stat stat, List<Xattr> kernelXattrs, OptionalLong projectId) {
        List<Xattr> kept = new ArrayList<>();
        Optional<byte[]> fcaps = Optional.empty();
        Optional<PosixAcl> access = Optional.empty();
        Optional<PosixAcl> defaults = Optional.empty();
        for (Xattr x : kernelXattrs) {
            if (x.isNamed(CAPABILITY_NAME)) {
                fcaps = Optional.of(x.value());
            } else if (x.isNamed(PosixAcl.ACCESS_NAME)) {
                access = Optional.of(PosixAcl.decode(x.value()));
            } else if (x.isNamed(PosixAcl.DEFAULT_NAME)) {
                if (stat.type() == Stat.DIRECTORY) {
                    defaults = Optional.of(PosixAcl.decode(x.value()));
                }
            } else if (isStored(x.name())) {
                kept.add(x);
            }
        }
        return new EntryMetadata(stat, kept, Acl.of(access, defaults), fcaps, projectId);
    }

    /** Whether an attribute of this name is stored as an XATTR item. */
    public static boolean isStored(byte[] name) {
        String s = new String(name, StandardCharsets.ISO_8859_1);
        return name.length <= MAX_XATTR_NAME_BYTES
                && (s.startsWith("user.")
                        || s.startsWith("trusted.")
                        || s.equals("security.NTACL"));
    }

    /**
     * All attributes as {@code listxattr(2)} would show them, capabilities and ACLs among them.
     *
     * @throws dev.holdfast.format.FormatException if the stored ACL items make no valid ACL
     */
    public List<Xattr> kernelXattrs() {
        List<Xattr> all = new ArrayList<>(xattrs);
        fcaps.ifPresent(value -> all.add(new Xattr(CAPABILITY_NAME, value)));
        acl.access(stat.mode())
                .ifPresent(a -> all.add(new Xattr(PosixAcl.ACCESS_NAME, a.encode())));
        acl.defaultAcl().ifPresent(a -> all.add(new Xattr(PosixAcl.DEFAULT_NAME, a.encode())));
        return all;
    }

    public Stat stat() {
        return stat;
    }

    public List<Xattr> xattrs() {
        return xattrs;
    }

    public Acl acl() {
        return acl;
    }

    public Optional<byte[]> fcaps() {
        return fcaps;
    }

    public OptionalLong projectId() {
        return projectId;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EntryMetadata other
                && stat.equals(other.stat)
                && xattrs.equals(other.xattrs)
                && acl.equals(other.acl)
                && Arrays.equals(fcaps.orElse(null), other.fcaps.orElse(null))
                && projectId.equals(other.projectId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(stat, xattrs, acl, Arrays.hashCode(fcaps.orElse(null)), projectId);
    }

    @Override
    public String toString() {
        return stat + " " + xattrs + " " + acl + " fcaps " + fcaps.isPresent() + " " + projectId;
    }
}
