package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.reference.Completion;
import dev.holdfast.cli.reference.ManualPage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Manual pages and completion have all that the command line has. */
class ReferenceTest {
    private static List<ManualPage.Page> pages() {
        return ManualPage.all(
                Holdfast.commandLine().getCommandSpec(), "holdfast 1.2", List.of("0 done"));
    }

    @Test
    void thereIsAPageForEachCommandWithAllItsOptions() {
        List<ManualPage.Page> pages = pages();
        assertThat(pages)
                .extracting(ManualPage.Page::fileName)
                .containsExactlyElementsOf(
                        Commands.all().stream().map(c -> c.qualifiedName("-") + ".1").toList());
        for (int i = 0; i < pages.size(); i++) {
            String text = pages.get(i).text();
            assertThat(text).contains(".SH \"NAME\"", ".SH \"EXAMPLES\"", "holdfast 1.2");
            for (OptionSpec option : Commands.all().get(i).options()) {
                if (!option.hidden()) {
                    assertThat(text)
                            .contains("\\fB" + option.longestName().replace("-", "\\-") + "\\fP");
                }
            }
        }
    }

    @Test
    void noLineOfAPageIsTakenForARequestByAccident() {
        for (ManualPage.Page page : pages()) {
            page.text()
                    .lines()
                    .filter(line -> line.startsWith(".") || line.startsWith("'"))
                    .forEach(
                            line ->
                                    assertThat(line)
                                            .as(page.fileName())
                                            .matches(
                                                    "\\.(\\\\\"|TH|SH|PP|TP|RS|RE|nf|fi|nh|ad)( .*)?"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCommandAndOptionIsCompleted(Completion shell) {
        String script = shell.script(Holdfast.commandLine().getCommandSpec());
        assertThat(script).doesNotContain("# TABLES", "--driver", "'complete'");
        for (CommandSpec command : Commands.all()) {
            if (command.parent() != null) {
                assertThat(script).containsPattern("'" + command.name() + "[':]");
            }
            for (OptionSpec option : command.options()) {
                if (!option.hidden()) {
                    assertThat(script).containsPattern("'" + option.longestName() + "[':]");
                }
            }
        }
    }
}
