package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Who may do something (protocol.md §3): a user with tickets, and a token of it. Thread-safe. */
public final class Accounts {
    /** A user with a password. */
    public static final String USER = "backup@pbs";

    public static final String PASSWORD = "pass%20word";

    /** A token of that user. */
    public static final String TOKEN = "backup@pbs!laptop";

    /** Not a UUID, so that encoding it matters. */
    public static final String SECRET = "se%63ret+1";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final AtomicInteger tickets = new AtomicInteger();
    private volatile int validFrom = 1;
    private volatile Optional<String> denied = Optional.empty();

    /** All tickets so far expire. */
    public void expireTickets() {
        validFrom = tickets.get() + 1;
    }

    /** How many logins there were. */
    public int logins() {
        return tickets.get();
    }

    /** From now on everybody lacks rights. */
    public void deny(String text) {
        denied = Optional.of(text);
    }

    /** Fails with that status if everybody lacks rights. */
    void checkRights(int status) {
        denied.ifPresent(
                text -> {
                    throw new Failure(status, text);
                });
    }

    Reply login(Request request) {
        String user = request.text("username");
        String password =
                request.optional("password").orElseThrow(() -> Failure.bad("no password provided"));
        request.noMore();
        if (!user.equals(USER) || !(password.equals(PASSWORD) || isValid(password))) {
            throw new Failure(401, "permission check failed.");
        }
        int number = tickets.incrementAndGet();
        ObjectNode data = NODES.objectNode();
        data.put("username", user);
        data.put("ticket", ticket(number));
        data.put("CSRFPreventionToken", "csrf-" + number);
        return Reply.json(
                NODES.objectNode()
                        .<ObjectNode>set("data", data)
                        .put("status", 200)
                        .put("success", true));
    }

    private static String ticket(int number) {
        return "PBS:" + USER + ":" + number + "::a+b/c%3D";
    }

    private boolean isValid(String ticket) {
        for (int i = validFrom; i <= tickets.get(); i++) {
            if (ticket.equals(ticket(i))) {
                return true;
            }
        }
        return false;
    }

    /** The user or token that a request comes from. */
    String authenticate(Map<String, String> headers, String method) {
        String cookie = headers.get("cookie");
        if (cookie != null) {
            String ticket = percentDecoded(cookie.replaceFirst("^PBSAuthCookie=", ""));
            if (!isValid(ticket)
                    || (!method.equals("GET")
                            && !ticket.equals(
                                    ticket(
                                            Integer.parseInt(
                                                    headers.getOrDefault(
                                                                    "csrfpreventiontoken", "csrf-0")
                                                            .substring(5)))))) {
                throw new Failure(401, "authentication failed");
            }
            return USER;
        }
        String authorization = headers.getOrDefault("authorization", "");
        String[] parts = authorization.replaceFirst("^PBSAPIToken[ =]", "").split(":", 2);
        if (parts.length == 2
                && parts[0].equals(TOKEN)
                && percentDecoded(parts[1]).equals(SECRET)) {
            return TOKEN;
        }
        throw new Failure(401, "authentication failed");
    }

    private static String percentDecoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whether the account may use what belongs to {@code owner}. */
    static boolean owns(String who, String owner) {
        return owner.equals(who) || owner.startsWith(who + "!");
    }
}
