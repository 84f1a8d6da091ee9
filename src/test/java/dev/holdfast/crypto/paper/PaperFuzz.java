package dev.holdfast.crypto.paper;

import static dev.holdfast.HostileInput.accepted;
import static dev.holdfast.HostileInput.read;

/** Pages of paper copies: text, HTML, pictures. */
public final class PaperFuzz {
    private PaperFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        PaperReader reader = new PaperReader();
        accepted(() -> reader.add(data, "page"));
        accepted(() -> reader.add(data, "the same page"));
        reader.keys();
        reader.shares();
        read(reader::masterPem);
    }
}
