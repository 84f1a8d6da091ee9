package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TicketLoginTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final List<String> calls = new ArrayList<>();
    private boolean away;

    private final TicketLogin login = new TicketLogin("u@pbs", "secret", this::answer, now::get);

    private JsonNode answer(Parameters parameters) {
        if (away) {
            throw new Unreachable("away");
        }
        calls.add(parameters.json());
        return JsonNodeFactory.instance
                .objectNode()
                .put("ticket", "PBS:u@pbs:" + calls.size() + "::a+/=%")
                .put("CSRFPreventionToken", "t" + calls.size());
    }

    private void pass(Duration duration) {
        now.addAndGet(duration.toNanos());
    }

    @Test
    void sendsTheTicketAsCookieAndTheTokenBesideIt() {
        assertThat(login.headers())
                .containsEntry("Cookie", "PBSAuthCookie=PBS:u@pbs:1::a+/=%25")
                .containsEntry("CSRFPreventionToken", "t1");
    }

    @Test
    void exchangesAnOldTicketForAFreshOne() {
        login.headers();
        pass(Duration.ofMinutes(14));
        login.headers();
        assertThat(calls).hasSize(1);
        pass(Duration.ofMinutes(2));
        login.headers();
        assertThat(calls)
                .containsExactly(
                        "{\"username\":\"u@pbs\",\"password\":\"secret\"}",
                        "{\"username\":\"u@pbs\",\"password\":\"PBS:u@pbs:1::a+/=%\"}");
    }

    @Test
    void goesOnWithTheOldTicketWhenTheExchangeFails() {
        var first = login.headers();
        pass(Duration.ofMinutes(20));
        away = true;
        assertThat(login.headers()).isEqualTo(first);
    }

    @Test
    void usesThePasswordWhenTheTicketIsTooOldToBeExchanged() {
        login.headers();
        pass(Duration.ofHours(2));
        login.headers();
        assertThat(calls.get(1)).contains("\"password\":\"secret\"");
    }

    @Test
    void logsInOnceForManyRejectedRequests() {
        var rejected = login.headers();
        assertThat(login.renew(rejected)).isTrue();
        assertThat(login.renew(rejected)).isTrue();
        assertThat(calls).hasSize(2);
    }

    @Test
    void saysThatASecondFactorCannotBeGiven() {
        TicketLogin factor =
                new TicketLogin(
                        "u@pbs",
                        "secret",
                        p ->
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("ticket", "PBS:!tfa!%7B%7D:1::x")
                                        .put("CSRFPreventionToken", "invalid"),
                        now::get);
        assertThatThrownBy(factor::headers)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("API token");
    }
}
