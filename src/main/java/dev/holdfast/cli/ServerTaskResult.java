package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** What a task on a server ended with, as output and exit code. */
final class ServerTaskResult {
    private ServerTaskResult() {}

    /** Shows the result; warnings are a success. */
    static int report(GlobalOptions options, String result) {
        boolean good = result.equals("OK") || result.startsWith("WARNINGS");
        if (options.json) {
            Output.json(
                    JsonNodeFactory.instance.objectNode().put("ok", good).put("result", result));
        } else {
            Output.line("the server's task ended with: " + result);
        }
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }
}
