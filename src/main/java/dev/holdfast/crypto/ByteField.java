package dev.holdfast.crypto;

/**
 * The field GF(2⁸) of AES: bytes as polynomials over GF(2) modulo x⁸+x⁴+x³+x+1. Addition is XOR.
 *
 * <p>Neither tables nor branches depend on the operands, so that time and caches tell nothing of
 * them. A key is 32 bytes; speed does not matter.
 */
final class ByteField {
    private static final int MODULUS = 0x11b;

    private ByteField() {}

    /** The product of two elements, each 0 to 255. */
    static int multiply(int a, int b) {
        int product = 0;
        int shifted = a;
        for (int bit = 0; bit < 8; bit++) {
            product ^= shifted & -((b >> bit) & 1);
            shifted = (shifted << 1) ^ (MODULUS & -((shifted >> 7) & 1));
        }
        return product;
    }

    /** The inverse of an element other than 0: its 254th power. */
    static int inverse(int a) {
        if (a == 0) {
            throw new ArithmeticException("0 has no inverse");
        }
        int power = a;
        for (int i = 0; i < 6; i++) {
            power = multiply(multiply(power, power), a);
        }
        return multiply(power, power);
    }
}
