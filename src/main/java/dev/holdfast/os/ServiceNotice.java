package dev.holdfast.os;

import static dev.holdfast.os.Scratch.check;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells the service manager that started this process how it is doing, as {@code sd_notify(3)}
 * does: one datagram to the socket that {@code NOTIFY_SOCKET} names.
 *
 * <pre>
 * struct sockaddr_un   offset  size
 *   sun_family              0     2   AF_UNIX, in the order of this machine
 *   sun_path                2   108   a path with its NUL, or NUL and a name (written '@' in the variable)
 * </pre>
 *
 * <p>Java's own Unix sockets are streams only. Immutable.
 */
public final class ServiceNotice {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_OFFSET = 2;
    private static final int PATH_BYTES = 108;
    private static final int MESSAGE_OFFSET = 256;
    private static final int MAX_MESSAGE_BYTES = 4096;

    private final byte[] name;

    private ServiceNotice(byte[] name) {
        this.name = name;
    }

    /** The manager to tell, if there is one. */
    public static Optional<ServiceNotice> ofProcess() {
        return Optional.ofNullable(System.getenv("NOTIFY_SOCKET")).flatMap(ServiceNotice::to);
    }

    /** The manager that listens there; none if that is no address of such a socket. */
    static Optional<ServiceNotice> to(String address) {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        boolean valid =
                name.length > 1
                        && name.length < PATH_BYTES
                        && (name[0] == '/' || name[0] == '@')
                        && address.indexOf('\0') < 0;
        return valid ? Optional.of(new ServiceNotice(name)) : Optional.empty();
    }

    /** The service can be used now. */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + line(status));
    }

    /** The service is about to end. */
    public void stopping() {
        send("STOPPING=1");
    }

    /** What the service is doing, for people. */
    public void status(String status) {
        send("STATUS=" + line(status));
    }

    private static String line(String text) {
        return text.replace('\n', ' ');
    }

    private void send(String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_MESSAGE_BYTES);
        long address = Scratch.ofThread().block();
        Scratch.MEMORY.putShort(address, (short) AF_UNIX);
        Scratch.MEMORY.putByteArray(address + PATH_OFFSET, name, 0, name.length);
        boolean isAbstract = name[0] == '@';
        if (isAbstract) {
            Scratch.MEMORY.putByte(address + PATH_OFFSET, (byte) 0);
        } else {
            Scratch.MEMORY.putByte(address + PATH_OFFSET + name.length, (byte) 0);
        }
        // The name of an abstract socket ends where the address does, without a NUL.
        int addressBytes = PATH_OFFSET + name.length + (isAbstract ? 0 : 1);
        Scratch.MEMORY.putByteArray(address + MESSAGE_OFFSET, text, 0, length);
        int socket = check(LibC.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        try {
            check(
                    LibC.SENDTO.call(
                            socket,
                            address + MESSAGE_OFFSET,
                            length,
                            MSG_NOSIGNAL,
                            address,
                            addressBytes),
                    "sendto",
                    name);
        } finally {
            LibC.CLOSE.call(socket);
        }
    }
}
