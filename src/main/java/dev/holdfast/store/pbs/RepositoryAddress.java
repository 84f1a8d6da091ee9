package dev.holdfast.store.pbs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a datastore of a server is and as whom it is used (protocol.md §2.1):
 *
 * <pre>
 * [ [ auth-id "@" ] host [ ":" port ] ":" ] datastore
 * auth-id = user@realm | user@realm!token
 * </pre>
 *
 * <p>The last {@code @} before the host separates; {@code 8007:store} is a host named 8007.
 *
 * @param authId who asks; {@code root@pam} if it was not said
 * @param host name or address, IPv6 in brackets
 * @param store name of the datastore
 */
public record RepositoryAddress(String authId, String host, int port, String store) {
    static final String DEFAULT_AUTH_ID = "root@pam";
    static final String DEFAULT_HOST = "localhost";
    static final int DEFAULT_PORT = 8007;
    private static final int MAX_CHARS = 256;
    private static final String SAFE_ID = "[A-Za-z0-9_][A-Za-z0-9._\\-]*";
    private static final Pattern AUTH_ID =
            Pattern.compile(
                    "[^\\s:/\\p{Cntrl}]+@[A-Za-z0-9_][A-Za-z0-9._\\-]{1,31}(?:!" + SAFE_ID + ")?");
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9\\-]*[A-Za-z0-9])?";
    private static final Pattern HOST =
            Pattern.compile(LABEL + "(?:\\." + LABEL + ")*|\\[[0-9A-Fa-f:.]+\\]");
    private static final Pattern STORE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._\\-]{2,31}");
    private static final Pattern WHOLE =
            Pattern.compile(
                    "(?:(?:(?<auth>"
                            + AUTH_ID
                            + ")@)?(?<host>"
                            + HOST
                            + "):)?(?:(?<port>[0-9]{1,5}):)?(?<store>"
                            + STORE
                            + ")");

    public RepositoryAddress {
        if (!AUTH_ID.matcher(authId).matches()
                || !HOST.matcher(host).matches()
                || port < 1
                || port > 65535
                || !STORE.matcher(store).matches()) {
            throw invalid(authId + "@" + host + ":" + port + ":" + store);
        }
    }

    /**
     * Reads what users write.
     *
     * @throws IllegalArgumentException if it is no such text
     */
    public static RepositoryAddress parse(String text) {
        Matcher matcher = WHOLE.matcher(text);
        if (text.length() > MAX_CHARS || !matcher.matches()) {
            throw invalid(text);
        }
        return new RepositoryAddress(
                Optional.ofNullable(matcher.group("auth")).orElse(DEFAULT_AUTH_ID),
                Optional.ofNullable(matcher.group("host")).orElse(DEFAULT_HOST),
                Optional.ofNullable(matcher.group("port"))
                        .map(Integer::parseInt)
                        .orElse(DEFAULT_PORT),
                matcher.group("store"));
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "unable to parse repository url '"
                        + text
                        + "'; expected [[USER@REALM[!TOKEN]@]HOST[:PORT]:]STORE");
    }

    /** Whether the text is the name of a user or of an API token. */
    static boolean isAuthId(String text) {
        return AUTH_ID.matcher(text).matches();
    }

    /** Whether the identity is an API token, whose secret takes the place of a login. */
    public boolean isToken() {
        return authId.indexOf('!') >= 0;
    }

    /** Host and port as an HTTP header wants them. */
    String authority() {
        return host + ":" + port;
    }

    /** The host as sockets want it: without brackets. */
    String socketHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The whole address, everything filled in. */
    @Override
    public String toString() {
        return authId + "@" + authority() + ":" + store;
    }
}
