package dev.holdfast.upkeep;

/** Bytes of an archive that cannot be read, from {@code start} to before {@code end}, and why. */
record LostRange(long start, long end, String reason) {}
