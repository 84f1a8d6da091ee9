package dev.holdfast.format;

/** How a passphrase becomes the key that wraps an encryption key (keys.md §2.1). */
public sealed interface Kdf {
    /** The name on the command line. */
    String text();

    /** No protection: the key lies open in the file. */
    record None() implements Kdf {
        @Override
        public String text() {
            return "none";
        }
    }

    /** scrypt; {@code n} is a power of two above 1. */
    record Scrypt(int n, int r, int p, byte[] salt) implements Kdf {
        /** The parameters of new keys. */
        public static final int DEFAULT_N = 65536;

        public static final int DEFAULT_R = 8;
        public static final int DEFAULT_P = 1;

        /** What a reader allows: 1025 MiB. */
        private static final long MAX_MEMORY_BYTES = 1025L << 20;

        public Scrypt {
            if (n < 2 || Integer.bitCount(n) != 1 || r < 1 || p < 1) {
                throw new FormatException(
                        "key file: invalid scrypt parameters n=" + n + " r=" + r + " p=" + p);
            }
            if (128L * r * n > MAX_MEMORY_BYTES || 128L * r * p > MAX_MEMORY_BYTES) {
                throw new FormatException(
                        "key file: scrypt with n="
                                + n
                                + " r="
                                + r
                                + " p="
                                + p
                                + " needs over 1025 MiB");
            }
        }

        @Override
        public String text() {
            return "scrypt";
        }
    }

    /** PBKDF2-HMAC-SHA256. */
    record Pbkdf2(int iterations, byte[] salt) implements Kdf {
        /** The count of new keys: 65535, not 65536. */
        public static final int DEFAULT_ITERATIONS = 65535;

        public Pbkdf2 {
            if (iterations < 1) {
                throw new FormatException("key file: invalid PBKDF2 iteration count " + iterations);
            }
        }

        @Override
        public String text() {
            return "pbkdf2";
        }
    }
}
