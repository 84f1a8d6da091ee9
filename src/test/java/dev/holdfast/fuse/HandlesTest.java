package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandlesTest {
    private final Handles<String> handles = new Handles<>();

    @Test
    void everythingOpenIsFoundByItsNumber() {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            numbers.add(handles.add("file " + i));
        }
        assertThat(numbers).doesNotHaveDuplicates().allMatch(number -> number >= 1);
        for (int i = 0; i < 1000; i++) {
            assertThat(handles.get(numbers.get(i))).isEqualTo("file " + i);
        }
        assertThat(handles.removeAll()).hasSize(1000);
        assertThatThrownBy(() -> handles.get(numbers.get(0))).isInstanceOf(Errno.class);
    }

    @Test
    void aNumberIsUsedAgainOnlyAfterItsRelease() {
        long first = handles.add("a");
        long second = handles.add("b");
        assertThat(handles.remove(first)).isEqualTo("a");
        assertThatThrownBy(() -> handles.remove(first)).isInstanceOf(Errno.class);
        assertThat(handles.add("c")).isEqualTo(first);
        assertThat(handles.get(second)).isEqualTo("b");
    }

    @Test
    void numbersThatWereNeverGivenAreRefused() {
        for (long number : new long[] {0, -1, 1, Long.MAX_VALUE, 1L << 32}) {
            assertThatThrownBy(() -> handles.get(number)).isInstanceOf(Errno.class);
        }
    }
}
