package dev.holdfast.crypto;

/**
 * Copies of passphrases that libraries make and do not wipe. Nobody can reach them any more, but
 * they would lie in the heap until it is next collected, and in every dump of it.
 */
final class Leftovers {
    private Leftovers() {}

    /** Collects the heap now. Some 10 ms, paid once per passphrase; scrypt's 64 MiB go with it. */
    static void collect() {
        System.gc();
    }
}
