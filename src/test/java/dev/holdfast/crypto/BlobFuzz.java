package dev.holdfast.crypto;

import static dev.holdfast.HostileInput.accepted;
import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Bytes;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Blobs: as they come, with a right CRC, and as zstd frames that were sealed with the key. */
public final class BlobFuzz {
    private static final int MAX_CONTENT_BYTES = 16 << 20;
    private static final BackupKey KEY = Keys.k0();
    private static final BlobCodec ENCRYPTING = BlobCodec.encrypting(KEY);
    private static final BlobCodec PLAIN = BlobCodec.plain();

    private BlobFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        for (BlobCodec codec : new BlobCodec[] {PLAIN, ENCRYPTING}) {
            accepted(() -> codec.decode(data.clone()));
            accepted(() -> codec.decode(withCrc(data)));
            roundTrip(codec, data, data.length % 2 == 0);
        }
        byte[] sealed = sealedFrame(data);
        read(() -> ENCRYPTING.decode(sealed, sealed.length, MAX_CONTENT_BYTES))
                .ifPresent(
                        content -> check(content.length <= MAX_CONTENT_BYTES, "more than allowed"));
    }

    private static void roundTrip(BlobCodec codec, byte[] content, boolean compress) {
        byte[] blob = codec.encode(content, compress);
        check(Arrays.equals(codec.decode(blob), content), "another content than was encoded");
    }

    /** The same blob, with the CRC that its content has. */
    private static byte[] withCrc(byte[] data) {
        byte[] blob = data.clone();
        read(() -> BlobKind.read(blob, blob.length))
                .ifPresent(kind -> putCrc(blob, kind.headerBytes()));
        return blob;
    }

    /** A blob of the compressed and encrypted kind: what lies in the seal is made up. */
    private static byte[] sealedFrame(byte[] frame) {
        BlobKind kind = BlobKind.COMPRESSED_ENCRYPTED;
        byte[] blob = new byte[kind.headerBytes() + frame.length + AesGcm.TAG_BYTES];
        byte[] iv = new byte[BackupKey.IV_BYTES];
        KEY.cipher().seal(iv, new byte[0], frame, 0, frame.length, blob, kind.headerBytes());
        int end = kind.headerBytes() + frame.length;
        System.arraycopy(blob, end, blob, BlobKind.TAG_OFFSET, AesGcm.TAG_BYTES);
        byte[] whole = Arrays.copyOf(blob, end);
        Bytes.putBigEndianLong(whole, 0, kind.magic());
        putCrc(whole, kind.headerBytes());
        return whole;
    }

    private static void putCrc(byte[] blob, int headerBytes) {
        CRC32 crc = new CRC32();
        crc.update(blob, headerBytes, blob.length - headerBytes);
        Bytes.putInt(blob, BlobKind.CRC_OFFSET, (int) crc.getValue());
    }
}
