package dev.holdfast.format.pxar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors of {@code spec/pxar.md} §3 and §9.1. */
class SipHash24Test {

    @ParameterizedTest
    @CsvSource({
        "a, 0c26e9067c2c7bcf",
        "b, 4d1da3f512e8c733",
        "l, 53720446c9172559",
        "file1, 3d21c7e25c46b0a3",
        "hello, b87dd821b6502e1b",
        ".pxarexclude-cli, 046975ce672e09eb",
    })
    void hashesNames(String name, String hash) {
        assertThat(SipHash24.hash(name.getBytes(US_ASCII)))
                .isEqualTo(Long.parseUnsignedLong(hash, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "730f6c75df16a40d, VERSION",
        "e309d79d9f7b771b, PRELUDE",
        "d5956474e588acef, ENTRY_V2",
        "11da850a1c1cceff, ENTRY",
        "16701121063917b3, FILENAME",
        "27f971e7dbf5dc5f, SYMLINK",
        "51269c8422bd7275, HARDLINK",
        "9fc9e906586d5ce9, DEVICE",
        "0dab0229b57dcd03, XATTR",
        "2ce8540a457d55b8, ACL_USER",
        "136e3eceb04c03ab, ACL_GROUP",
        "10868031e9582876, ACL_GROUP_OBJ",
        "bbbb13415a6896f5, ACL_DEFAULT",
        "c89357b40532cd1f, ACL_DEFAULT_USER",
        "f90a8a5816038ffe, ACL_DEFAULT_GROUP",
        "2da9dd9db5f7fb67, FCAPS",
        "e07540e82f7d1cbb, QUOTA_PROJID",
        "28147a1b0b7c1a25, PXAR_PAYLOAD",
        "419d3d6bc4ba977e, PXAR_PAYLOAD_REF",
        "2fec4fa642d5731d, GOODBYE",
        "ef5eed5b753e1555, PXAR_GOODBYE_TAIL_MARKER",
        "834c68c2194a4ed2, PXAR_PAYLOAD_START_MARKER",
        "6c72b78b984c81b5, PXAR_PAYLOAD_TAIL_MARKER",
    })
    void hashesTheLabelsOfItemTypes(String hash, String label) {
        String text = "__PROXMOX_FORMAT_" + label + "__";
        assertThat(SipHash24.hash(text.getBytes(US_ASCII)))
                .isEqualTo(Long.parseUnsignedLong(hash, 16));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "7", "8", "9", "16", "23"})
    void hashesAPartOfAnArrayLikeTheWholeOfACopy(int length) {
        byte[] large = new byte[64];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 37 - 90);
        }
        byte[] copy = Arrays.copyOfRange(large, 5, 5 + length);
        assertThat(SipHash24.hash(large, 5, length)).isEqualTo(SipHash24.hash(copy));
    }
}
