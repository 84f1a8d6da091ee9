package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChunkBuffersTest {
    private final ChunkBuffers buffers = new ChunkBuffers(1000);

    @Test
    void takesTheSmallestThatFits() {
        byte[] small = new byte[100];
        byte[] medium = new byte[200];
        byte[] large = new byte[300];
        buffers.give(large);
        buffers.give(small);
        buffers.give(medium);
        assertThat(buffers.take(101)).isSameAs(medium);
        assertThat(buffers.take(101)).isSameAs(large);
        assertThat(buffers.take(101)).hasSize(101);
        assertThat(buffers.idleBytes()).isEqualTo(100);
    }

    @Test
    void twoOfOneSizeAreBothKept() {
        byte[] one = new byte[100];
        byte[] other = new byte[100];
        buffers.give(one);
        buffers.give(other);
        assertThat(buffers.take(100)).isSameAs(one);
        assertThat(buffers.take(100)).isSameAs(other);
        assertThat(buffers.idleBytes()).isZero();
    }

    @Test
    void keepsNoMoreThanItsLimit() {
        buffers.give(new byte[600]);
        buffers.give(new byte[401]);
        buffers.give(new byte[400]);
        buffers.give(new byte[1]);
        assertThat(buffers.idleBytes()).isEqualTo(1000);
        assertThat(buffers.take(600)).hasSize(600);
    }

    @Test
    void letsGoOfTheShortestFirst() {
        byte[] large = new byte[700];
        buffers.give(new byte[100]);
        buffers.give(new byte[300]);
        buffers.give(large);
        buffers.give(new byte[1001]);
        assertThat(buffers.idleBytes()).isEqualTo(1000);
        assertThat(buffers.take(50)).hasSize(300);
        assertThat(buffers.take(50)).isSameAs(large);
    }
}
