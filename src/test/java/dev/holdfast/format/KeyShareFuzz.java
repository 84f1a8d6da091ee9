package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.util.Arrays;

/** Shares of keys; what is taken can be written, and says the same then. */
public final class KeyShareFuzz {
    private KeyShareFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        KeyShare.isShare(data);
        read(() -> KeyShare.parse(data))
                .ifPresent(
                        share -> {
                            KeyShare again = KeyShare.parse(share.encode());
                            check(Arrays.equals(again.data(), share.data()), "another share");
                            check(again.number() == share.number(), "another number");
                        });
    }
}
