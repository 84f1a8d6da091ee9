package dev.holdfast.store.pbs;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy that passes connections on after {@code CONNECT} (protocol.md §2.3, {@code ALL_PROXY}):
 *
 * <pre>
 * [ "http://" ] [ user ":" password "@" ] host [ ":" port ] [ "/" ]
 * </pre>
 *
 * @param host name or address, IPv6 in brackets
 * @param credentials {@code user:password}, if it wants them
 */
record HttpProxy(String host, int port, Optional<String> credentials) {
    private static final int DEFAULT_PORT = 1080;
    private static final Pattern WHOLE =
            Pattern.compile(
                    "(?:http://)?(?:(?<credentials>[^@/\\s]*)@)?(?<host>\\[[0-9A-Fa-f:.]+\\]|[^:@/\\s\\[\\]]+)"
                            + "(?::(?<port>[0-9]{1,5}))?/?");

    HttpProxy {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("ALL_PROXY: " + port + " is no port");
        }
    }

    /**
     * What the environment names.
     *
     * @throws IllegalArgumentException if it is no such proxy
     */
    static Optional<HttpProxy> of(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("ALL_PROXY"))
                .filter(text -> !text.isBlank())
                .map(HttpProxy::parse);
    }

    static HttpProxy parse(String text) {
        Matcher matcher = WHOLE.matcher(text);
        if (!matcher.matches()) {
            // Not the text itself: it may hold a password.
            throw new IllegalArgumentException(
                    "ALL_PROXY names no HTTP proxy; expected [http://][USER:PASSWORD@]HOST[:PORT]");
        }
        return new HttpProxy(
                matcher.group("host"),
                Optional.ofNullable(matcher.group("port"))
                        .map(Integer::parseInt)
                        .orElse(DEFAULT_PORT),
                Optional.ofNullable(matcher.group("credentials")));
    }

    /** The host as sockets want it: without brackets. */
    String socketHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The value of the header that tells it who asks. */
    Optional<String> authorization() {
        return credentials.map(
                text ->
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** What asks it to connect to {@code authority}. */
    byte[] request(String authority) {
        StringBuilder head = new StringBuilder();
        head.append("CONNECT ").append(authority).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(authority).append("\r\n");
        authorization()
                .ifPresent(
                        value -> head.append("Proxy-Authorization: ").append(value).append("\r\n"));
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
