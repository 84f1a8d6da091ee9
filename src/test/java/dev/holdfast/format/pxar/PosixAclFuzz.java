package dev.holdfast.format.pxar;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.util.Arrays;
import java.util.Optional;

/** ACLs as the kernel shows them; what is taken survives being stored in an archive. */
public final class PosixAclFuzz {
    private PosixAclFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> PosixAcl.decode(data)).ifPresent(PosixAclFuzz::use);
    }

    private static void use(PosixAcl acl) {
        byte[] encoded = acl.encode();
        check(Arrays.equals(PosixAcl.decode(encoded).encode(), encoded), "another ACL");
        int mode = acl.modeBits();
        check((mode & ~0777) == 0, "mode of more than nine bits");
        if (!acl.isMinimal()) {
            Acl stored = Acl.of(Optional.of(acl), Optional.of(acl));
            check(stored.access(mode).equals(Optional.of(acl)), "another access ACL when stored");
            check(stored.defaultAcl().equals(Optional.of(acl)), "another default ACL when stored");
        }
    }
}
