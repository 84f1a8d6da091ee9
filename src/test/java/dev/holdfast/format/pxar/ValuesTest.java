package dev.holdfast.format.pxar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    @Test
    void convertsDeviceNumbersAsTheKernelPacksThem() {
        assertThat(DeviceNumber.ofKernel(0x763)).isEqualTo(new DeviceNumber(7, 99));
        assertThat(new DeviceNumber(7, 99).toKernel()).isEqualTo(0x763);
        // makedev(0x12345678, 0x9abcdef0) of glibc
        assertThat(new DeviceNumber(0x12345678L, 0x9abcdef0L).toKernel())
                .isEqualTo(0x123459abcde678f0L);
    }

    @Property(tries = 200)
    void deviceNumbersSurviveTheKernelForm(
            @ForAll @LongRange(min = 0, max = 0xffff_ffffL) long major,
            @ForAll @LongRange(min = 0, max = 0xffff_ffffL) long minor) {
        DeviceNumber number = new DeviceNumber(major, minor);
        assertThat(DeviceNumber.ofKernel(number.toKernel())).isEqualTo(number);
    }

    @Test
    void refusesDeviceNumbersOfMoreThan32Bits() {
        byte[] b = new byte[16];
        Bytes.putLong(b, 8, 1L << 32);
        assertThatThrownBy(() -> DeviceNumber.decode(b, 0, 0)).isInstanceOf(FormatException.class);
    }

    @Test
    void readsTheOldEntryWithUnsignedNanoseconds() {
        byte[] b = new byte[Stat.V1_BYTES];
        Bytes.putLong(b, 0, 0100644);
        Bytes.putLong(b, 24, 1_700_000_000_123_456_789L);
        assertThat(Stat.decodeV1(b, 0, 0))
                .isEqualTo(new Stat(0100644, 0, 0, 0, 1_700_000_000, 123_456_789));
        Bytes.putLong(b, 24, -1L);
        assertThat(Stat.decodeV1(b, 0, 0).mtimeSeconds()).isEqualTo(18_446_744_073L);
    }

    @Test
    void keepsTimesBeforeTheEpoch() {
        byte[] b = new byte[Stat.BYTES];
        Bytes.putLong(b, 24, -1);
        Bytes.putInt(b, 32, 500_000_000);
        assertThat(Stat.decode(b, 0, 0)).isEqualTo(new Stat(0, 0, 0, 0, -1, 500_000_000));
        Bytes.putInt(b, 32, 1_000_000_000);
        assertThatThrownBy(() -> Stat.decode(b, 0, 0)).isInstanceOf(FormatException.class);
    }

    @Test
    void translatesChattrFlags() {
        assertThat(StatFlags.fromChattr(0x80)).isEqualTo(0x20000); // chattr +A
        assertThat(StatFlags.fromChattr(0x40)).isEqualTo(0x100000); // chattr +d
        assertThat(StatFlags.fromChattr(0x81000)).isZero(); // extents and index of ext4
        assertThat(StatFlags.toChattr(StatFlags.fromChattr(0x2081_04fc))).isEqualTo(0x2081_04fc);
        assertThat(StatFlags.toFat(StatFlags.fromFat(0x27))).isEqualTo(0x26);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "nul\0"})
    void refusesWhatCannotNameAnEntry(String name) {
        byte[] b = name.getBytes(StandardCharsets.UTF_8);
        assertThat(EntryName.problem(b, 0, b.length)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", ".a", "..a", "new\nline", "back\\slash", "ä"})
    void acceptsAnyOtherName(String name) {
        byte[] b = name.getBytes(StandardCharsets.UTF_8);
        assertThat(EntryName.problem(b, 0, b.length)).isEmpty();
    }

    @Test
    void limitsTheLengthOfNames() {
        assertThat(EntryName.problem(filled(4096), 0, 4096)).isEmpty();
        assertThat(EntryName.problem(filled(4097), 0, 4097)).isPresent();
    }

    @Test
    void refusesAnAttributeThatDoesNotFitItsItem() {
        new Xattr(filled(255), new byte[65791 - 256]);
        assertThatThrownBy(() -> new Xattr(filled(255), new byte[65536]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsItemSizes() {
        byte[] b = new byte[16];
        Bytes.putLong(b, 0, ItemType.FILENAME);
        for (long bad : new long[] {0, 15, 16 + 4098, -1, Long.MIN_VALUE}) {
            Bytes.putLong(b, 8, bad);
            assertThatThrownBy(() -> ItemHeader.decode(b, 0, 0, Long.MAX_VALUE))
                    .isInstanceOf(FormatException.class);
        }
        Bytes.putLong(b, 8, 16 + 4097);
        assertThat(ItemHeader.decode(b, 0, 0, 4097).contentBytes()).isEqualTo(4097);
        assertThatThrownBy(() -> ItemHeader.decode(b, 0, 0, 4096))
                .isInstanceOf(FormatException.class);
        Bytes.putLong(b, 0, 1);
        assertThatThrownBy(() -> ItemHeader.decode(b, 0, 7, 1 << 20))
                .isInstanceOf(FormatException.class)
                .hasMessage("unknown item type 1 (at offset 7)");
    }

    private static byte[] filled(int length) {
        byte[] b = new byte[length];
        Arrays.fill(b, (byte) 'x');
        return b;
    }
}
