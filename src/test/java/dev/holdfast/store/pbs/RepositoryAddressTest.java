package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryAddressTest {

    @ParameterizedTest
    @CsvSource({
        "tank, root@pam@localhost:8007:tank",
        "srv:tank, root@pam@srv:8007:tank",
        "user@pbs@srv:tank, user@pbs@srv:8007:tank",
        "user@pbs!tok@srv:8008:tank, user@pbs!tok@srv:8008:tank",
        "192.168.5.5:1234:tank, root@pam@192.168.5.5:1234:tank",
        "[fe80::1]:9007:tank, root@pam@[fe80::1]:9007:tank",
        "8007:store, root@pam@8007:8007:store",
        "a@b@pbs@srv.example.org:tank, a@b@pbs@srv.example.org:8007:tank",
    })
    void fillsInWhatIsNotSaid(String text, String whole) {
        RepositoryAddress address = RepositoryAddress.parse(text);
        assertThat(address).hasToString(whole);
        assertThat(RepositoryAddress.parse(whole)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab",
                "user@pbs@tank",
                "fe80::1:tank",
                "srv:99999:tank",
                "srv:0:tank",
                "srv:123456:tank",
                "srv:tank:",
                "us er@pbs@srv:tank",
                "srv:-tank",
                "srv:tank/x",
                "https://srv:8007/tank",
                "srv:abcdefghijklmnopqrstuvwxyz0123456789"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> RepositoryAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unable to parse repository url");
    }

    @Test
    void knowsATokenByItsName() {
        assertThat(RepositoryAddress.parse("u@pbs!t@srv:tank").isToken()).isTrue();
        assertThat(RepositoryAddress.parse("u@pbs@srv:tank").isToken()).isFalse();
    }

    @Test
    void takesTheBracketsOffForSockets() {
        assertThat(RepositoryAddress.parse("[::1]:tank").socketHost()).isEqualTo("::1");
        assertThat(RepositoryAddress.parse("[::1]:tank").authority()).isEqualTo("[::1]:8007");
    }
}
