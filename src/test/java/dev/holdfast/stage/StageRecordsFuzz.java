package dev.holdfast.stage;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import java.nio.ByteBuffer;
import java.util.List;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.DataType;

/** Records of a staging area's tree; the first byte of the input says of which type. */
public final class StageRecordsFuzz {
    private static final List<DataType<?>> TYPES =
            List.of(Types.INODE, Types.ENTRY, Types.LISTED, Types.EXTENT, Types.NAME, Types.PLACE);

    private StageRecordsFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > 0) {
            use(
                    TYPES.get((data[0] & 0xff) % TYPES.size()),
                    ByteBuffer.wrap(data, 1, data.length - 1));
        }
    }

    private static <T> void use(DataType<T> type, ByteBuffer in) {
        read(() -> type.read(in))
                .ifPresent(
                        value -> {
                            ByteBuffer first = written(type, value);
                            ByteBuffer second = written(type, type.read(first.duplicate()));
                            check(first.equals(second), "written and read, it is another record");
                            type.getMemory(value);
                        });
    }

    private static <T> ByteBuffer written(DataType<T> type, T value) {
        WriteBuffer out = new WriteBuffer();
        type.write(out, value);
        return out.getBuffer().flip();
    }
}
