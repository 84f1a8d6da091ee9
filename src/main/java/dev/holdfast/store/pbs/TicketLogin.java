package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user with a password (protocol.md §5.1–5.3): the login gives a ticket for two hours, which is
 * exchanged for a fresh one when it is used after a quarter of an hour. An upgraded session is not
 * affected by the end of a ticket.
 */
final class TicketLogin implements Login {
    private static final Logger LOG = LoggerFactory.getLogger(TicketLogin.class);
    private static final long RENEW_NANOS = Duration.ofMinutes(15).toNanos();

    /** A little less than what the server grants. */
    private static final long LIFETIME_NANOS = Duration.ofMinutes(119).toNanos();

    private static final String SECOND_FACTOR = "PBS:!tfa!";

    private final String user;
    private final String password;
    private final Function<Parameters, JsonNode> call;
    private final LongSupplier nanoTime;
    private Optional<Ticket> ticket = Optional.empty();

    private record Ticket(String text, Map<String, String> headers, long issuedNanos) {}

    /**
     * A login that is made when first needed.
     *
     * @param call sends the login request and gives its {@code data}
     */
    TicketLogin(
            String user,
            String password,
            Function<Parameters, JsonNode> call,
            LongSupplier nanoTime) {
        this.user = user;
        this.password = password;
        this.call = call;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized Map<String, String> headers() {
        long age = ticket.map(t -> nanoTime.getAsLong() - t.issuedNanos()).orElse(Long.MAX_VALUE);
        if (age >= LIFETIME_NANOS) {
            ticket = Optional.of(login(password));
        } else if (age >= RENEW_NANOS) {
            try {
                ticket = Optional.of(login(ticket.orElseThrow().text()));
            } catch (HoldfastException e) {
                LOG.debug("the old ticket goes on being used", e);
            }
        }
        return ticket.orElseThrow().headers();
    }

    @Override
    public synchronized boolean renew(Map<String, String> rejected) {
        // Of many requests that failed together only the first one logs in again: every wrong login
        // costs three seconds.
        if (ticket.isPresent() && ticket.get().headers().equals(rejected)) {
            ticket = Optional.of(login(password));
        }
        return true;
    }

    private Ticket login(String secret) {
        JsonNode data =
                call.apply(Parameters.none().with("username", user).with("password", secret));
        String text = data.path("ticket").asText();
        if (text.startsWith(SECOND_FACTOR)) {
            throw new Refused(
                    user
                            + " needs a second factor to log in, which this program cannot give;"
                            + " use an API token instead (USER@REALM!TOKEN)");
        }
        if (text.isEmpty()) {
            throw new Refused("the server's answer to the login of " + user + " has no ticket");
        }
        return new Ticket(
                text,
                Map.of(
                        "Cookie",
                        "PBSAuthCookie=" + cookieValue(text),
                        "CSRFPreventionToken",
                        data.path("CSRFPreventionToken").asText()),
                nanoTime.getAsLong());
    }

    /** The server percent-decodes cookies; {@code :}, {@code =}, {@code /} and {@code +} stay. */
    private static String cookieValue(String text) {
        StringBuilder value = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            String one = Character.toString(c);
                            boolean plain = c > ' ' && c < 127 && "%\"#<>`?{};,\\".indexOf(c) < 0;
                            value.append(plain ? one : Parameters.encode(one));
                        });
        return value.toString();
    }
}
