package dev.holdfast.format.pxar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.AclEntry.Tag;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AclTest {

    /**
     * user::rw-, user:1001:rw-, user:1002:r--, group::r--, group:2001:r--, mask::rw-, other::---
     */
    private static final byte[] ACCESS =
            HexFormat.of()
                    .parseHex(
                            "02000000"
                                    + "01000600ffffffff"
                                    + "02000600e9030000"
                                    + "02000400ea030000"
                                    + "04000400ffffffff"
                                    + "08000400d1070000"
                                    + "10000600ffffffff"
                                    + "20000000ffffffff");

    @Test
    void storesNamedEntriesAndTheOwningGroupBehindAMask() {
        Acl acl = Acl.of(Optional.of(PosixAcl.decode(ACCESS)), Optional.empty());
        assertThat(acl)
                .isEqualTo(
                        new Acl(
                                List.of(new Acl.Named(1001, 6), new Acl.Named(1002, 4)),
                                List.of(new Acl.Named(2001, 4)),
                                OptionalInt.of(4),
                                Optional.empty(),
                                List.of(),
                                List.of()));
        assertThat(acl.access(0100660).orElseThrow().encode()).isEqualTo(ACCESS);
    }

    @Test
    void storesNothingForAnAclThatTheModeSays() {
        PosixAcl minimal =
                new PosixAcl(
                        List.of(
                                AclEntry.of(Tag.USER_OBJ, 7),
                                AclEntry.of(Tag.GROUP_OBJ, 5),
                                AclEntry.of(Tag.OTHER, 0)));
        assertThat(minimal.isMinimal()).isTrue();
        assertThat(minimal.modeBits()).isEqualTo(0750);
        assertThat(Acl.of(Optional.of(minimal), Optional.empty()).isEmpty()).isTrue();
        assertThat(Acl.NONE.access(0100750)).isEmpty();
    }

    @Test
    void givesTheGroupBitsToGroupAndMaskIfNoOwningGroupIsStored() {
        Acl acl =
                new Acl(
                        List.of(new Acl.Named(5, 7)),
                        List.of(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        List.of(),
                        List.of());
        PosixAcl access = acl.access(0100640).orElseThrow();
        assertThat(access.permissions(Tag.GROUP_OBJ)).hasValue(4);
        assertThat(access.permissions(Tag.MASK)).hasValue(4);
        assertThat(access.modeBits()).isEqualTo(0640);
    }

    @Test
    void keepsADefaultAclWithoutAMask() {
        byte[] value =
                HexFormat.of().parseHex("0200000001000700ffffffff04000500ffffffff20000500ffffffff");
        EntryMetadata metadata =
                EntryMetadata.ofKernel(
                        new Stat(040755, 0, 0, 0, 0, 0),
                        List.of(new Xattr(PosixAcl.DEFAULT_NAME, value)),
                        OptionalLong.empty());
        assertThat(metadata.acl().defaults().orElseThrow().mask()).isEmpty();
        assertThat(metadata.kernelXattrs())
                .containsExactly(new Xattr(PosixAcl.DEFAULT_NAME, value));
        ItemBuffer out = new ItemBuffer(16);
        out.head(metadata);
        assertThat(HexFormat.of().formatHex(out.toByteArray()))
                .endsWith(
                        "0700000000000000"
                                + "0500000000000000"
                                + "0500000000000000"
                                + "ffffffffffffffff");
    }

    @Test
    void sortsWhatItDropsFromWhatItStores() {
        byte[] value = {1, 0, 2};
        EntryMetadata metadata =
                EntryMetadata.ofKernel(
                        new Stat(0100755, 0, 0, 0, 0, 0),
                        List.of(
                                new Xattr("user.b", value),
                                new Xattr("security.selinux", value),
                                new Xattr(EntryMetadata.CAPABILITY_NAME, value),
                                new Xattr("trusted.x", value),
                                new Xattr("security.NTACL", value),
                                new Xattr("user.a", new byte[0])),
                        OptionalLong.empty());
        assertThat(metadata.xattrs())
                .containsExactly(
                        new Xattr("user.b", value),
                        new Xattr("trusted.x", value),
                        new Xattr("security.NTACL", value),
                        new Xattr("user.a", new byte[0]));
        assertThat(metadata.fcaps().orElseThrow()).isEqualTo(value);
    }

    @Test
    void refusesAclsThatTheKernelRefuses() {
        for (String bad :
                List.of(
                        "",
                        "01000000",
                        "02000000",
                        "0200000001000700ffffffff04000500ffffffff",
                        "0200000001000700ffffffff04000500ffffffff20000900ffffffff",
                        "0200000001000700ffffffff04000500ffffffff20000500",
                        "0200000001000700ffffffff04000500ffffffff03000500ffffffff",
                        "0200000001000700ffffffff0200070001000000"
                                + "04000500ffffffff20000500ffffffff")) {
            byte[] acl = HexFormat.of().parseHex(bad);
            assertThatThrownBy(() -> PosixAcl.decode(acl)).isInstanceOf(FormatException.class);
        }
    }

    @Property(tries = 300)
    void survivesTheArchive(
            @ForAll @Size(max = 5) List<@IntRange(min = 0, max = 70000) Integer> users,
            @ForAll @Size(max = 5) List<Integer> groups,
            @ForAll @IntRange(max = 7) int owner,
            @ForAll @IntRange(max = 7) int group,
            @ForAll @IntRange(max = 7) int mask,
            @ForAll @IntRange(max = 7) int other) {
        List<AclEntry> entries = new ArrayList<>();
        users.stream().distinct().forEach(id -> entries.add(new AclEntry(Tag.USER, id & 7, id)));
        groups.stream().distinct().forEach(id -> entries.add(new AclEntry(Tag.GROUP, id & 7, id)));
        entries.add(AclEntry.of(Tag.USER_OBJ, owner));
        entries.add(AclEntry.of(Tag.GROUP_OBJ, group));
        entries.add(AclEntry.of(Tag.MASK, mask));
        entries.add(AclEntry.of(Tag.OTHER, other));
        PosixAcl acl = new PosixAcl(entries);
        assertThat(PosixAcl.decode(acl.encode())).isEqualTo(acl);

        Acl stored = Acl.of(Optional.of(acl), Optional.of(acl));
        assertThat(stored.access(acl.modeBits() | Stat.DIRECTORY)).contains(acl);
        assertThat(stored.defaultAcl()).contains(acl);
    }
}
