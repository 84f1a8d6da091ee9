package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.NotFound;
import dev.holdfast.Unreachable;
import dev.holdfast.fuse.AttachedMounts;
import dev.holdfast.stage.ControlDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Asks the driver of a mount, through the mount's own control directory. */
final class MountStatus {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MountStatus() {}

    /** The control file of that name. */
    static Path control(Path mountPoint, String name) {
        return mountPoint.resolve(ControlDirectory.NAME).resolve(name);
    }

    /**
     * What the driver says of itself.
     *
     * @throws NotFound if nothing of ours is mounted there
     */
    static JsonNode read(Path mountPoint) {
        try {
            return JSON.readTree(Files.readAllBytes(control(mountPoint, "status")));
        } catch (NoSuchFileException e) {
            throw new NotFound("nothing of holdfast is mounted on " + mountPoint, e);
        } catch (IOException e) {
            if (AttachedMounts.isStale(mountPoint)) {
                throw new Unreachable(
                        "the driver of the mount on "
                                + mountPoint
                                + " is gone; free it with: holdfast unmount "
                                + mountPoint,
                        e);
            }
            throw new Unreachable(
                    "cannot ask the mount on " + mountPoint + ": " + e.getMessage(), e);
        }
    }

    /** The process that serves the mount, if it is alive. */
    static Optional<ProcessHandle> driver(JsonNode status) {
        return ProcessHandle.of(status.path("pid").asLong(-1));
    }
}
