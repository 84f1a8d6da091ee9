package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.util.Arrays;

/** Manifests; what is taken can be written, and says the same then. */
public final class ManifestFuzz {
    private ManifestFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> Manifest.parse(data)).ifPresent(ManifestFuzz::use);
    }

    private static void use(Manifest manifest) {
        read(manifest::keyFingerprint);
        manifest.notes();
        manifest.verifyState();
        manifest.isEncrypted();
        for (ManifestFile file : manifest.files()) {
            check(manifest.file(file.name()).orElseThrow().equals(file), "file not found");
        }
        Manifest again = Manifest.parse(manifest.encode());
        check(again.equals(manifest), "written and read, it is another manifest");
        check(
                Arrays.equals(again.canonicalBytes(), manifest.canonicalBytes()),
                "written and read, it has another signature");
    }
}
