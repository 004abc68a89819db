package holdfast.cli;

import java.util.List;

/// Every command, in the order in which the help lists them.
final class Commands {
    private Commands() {}

    static List<Object> all(Session session) {
        return List.of(new VersionCommand(session));
    }
}
