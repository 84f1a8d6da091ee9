package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KnownChunksTest {

    @Property(tries = 50)
    void containsExactlyWhatWasAdded(
            @ForAll long seed, @ForAll @IntRange(max = 5000) int count, @ForAll boolean colliding) {
        SplittableRandom random = new SplittableRandom(seed);
        KnownChunks known = new KnownChunks();
        Map<Digest, Integer> added = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Digest digest = digest(random, colliding);
            int length = 1 + random.nextInt(1 << 24);
            known.add(digest, length);
            added.putIfAbsent(digest, length);
        }
        added.forEach(
                (digest, length) -> {
                    assertThat(known.contains(digest, length)).isTrue();
                    assertThat(known.contains(digest, length + 1)).isFalse();
                });
        for (int i = 0; i < 100; i++) {
            Digest other = digest(random, colliding);
            assertThat(known.contains(other, added.getOrDefault(other, 7)))
                    .isEqualTo(added.containsKey(other));
        }
    }

    /** Colliding ones differ only in bits that do not choose the slot. */
    private static Digest digest(SplittableRandom random, boolean colliding) {
        return new Digest(
                colliding ? random.nextInt(50) : random.nextLong(),
                colliding ? 0 : random.nextLong(),
                0,
                random.nextInt(40));
    }
}
