package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Key files; what is taken can be written, and says the same then. */
public final class KeyFileFuzz {
    private KeyFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        read(() -> KeyFile.parse(data)).ifPresent(KeyFileFuzz::use);
    }

    private static void use(KeyFile key) {
        for (ZoneId zone : new ZoneId[] {ZoneOffset.UTC, ZoneOffset.ofHoursMinutes(5, 30)}) {
            KeyFile again = KeyFile.parse(key.encode(zone));
            KeyFile pretty = KeyFile.parse(key.encodePretty(zone));
            for (KeyFile read : new KeyFile[] {again, pretty}) {
                check(Arrays.equals(read.data(), key.data()), "another key");
                check(read.createdSeconds() == key.createdSeconds(), "another time");
                check(read.hint().equals(key.hint()), "another hint");
                check(read.fingerprint().equals(key.fingerprint()), "another fingerprint");
            }
        }
        check(!key.toString().isEmpty(), "nothing to say");
    }
}
