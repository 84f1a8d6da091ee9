package dev.holdfast.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Runs a command, then writes all of the heap, garbage included, to a file. */
final class HeapDump {
    private HeapDump() {}

    /** The file, then the command line. */
    public static void main(String[] args) throws IOException {
        int code = Holdfast.run(Arrays.copyOfRange(args, 1, args.length));
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], false);
        System.exit(code);
    }
}
