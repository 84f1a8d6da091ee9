package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.HoldfastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Refused|401|authentication failed|credentials",
                "Refused|403|permission check failed|role",
                "Refused|403|permission check failed - missing Datastore.Audit on /datastore/x|/datastore/x",
                "Refused|400|no permissions on /datastore/tank|role",
                "Busy|400|unable to acquire backup group lock \"/run/x\" while creating locked backup group \"host/a\": EWOULDBLOCK|another backup",
                "Busy|400|failed to delete snapshot - while destroying snapshot \"/x\": unable to acquire snapshot lock \"/x\"|in use",
                "Busy|400|while reading snapshot 'host/a/x'|try again",
                "Busy|400|while locking last snapshot during backup 'host/a'|try again",
                "Busy|400|base snapshot host/a/x was removed during backup, cannot finish as chunks might be missing|repeat the backup",
                "Refused|400|backup timestamp is older than last backup.|clock",
                "Refused|400|backup directory already exists.|second later",
                "Refused|400|backup owner check failed (a@pbs != b@pbs)|somebody else",
                "NotFound|404|namespace not found|--ns",
                "NotFound|400|no such datastore 'x'|last part",
                "NotFound|400|snapshot host/a/x does not exist.|not there",
                "Unreachable|400|datastore 'x' is unavailable: read-only maintenance mode: upgrade|maintenance",
                "Unreachable|400|datastore 'x' is not mounted|not mounted",
                "Refused|400|No space left on device (os error 28)|disk is full",
                "Refused|400|write failed - Disk quota exceeded (os error 122)|quota",
                "Refused|400|failed to delete snapshot - cannot remove protected snapshot|protection",
                "Refused|400|invalid protocol name|version",
                "Refused|400|parameter verification failed - 'x': schema does not allow additional properties.|too old",
                "NotFound|404|Path '/x' not found.|no such thing",
                "Refused|414|''|too long",
                "Unreachable|500|oops|status 500",
                "Refused|400|something new|something new",
            })
    void saysWhatToDo(String type, int status, String text, String advice) {
        HoldfastException e = ServerErrors.of("begin snapshot X", status, text);
        assertThat(e.getClass().getSimpleName()).isEqualTo(type);
        assertThat(e).hasMessageStartingWith("begin snapshot X").hasMessageContaining(advice);
        assertThat(e.getMessage().lines()).hasSize(1);
    }

    @Test
    void doesNotLetTheServerDriveTheTerminal() {
        HoldfastException e = ServerErrors.of("x", 400, "a\u001b[2Jb\u009bc\n".repeat(1000));
        assertThat(e.getMessage()).hasSizeLessThan(700);
        assertThat(e.getMessage().chars()).noneMatch(Character::isISOControl);
    }
}
