package holdfast.cli;

import holdfast.source.postgres.connection.ConnectionTarget;
import java.io.IOException;
import java.util.Map;

/// The user's own command on a restored database, such as a migration.
///
/// @param command for the shell; empty for none
record CommandAfter(Session session, String command) {
    /// @return whether it succeeded, or there was none
    boolean run(ConnectionTarget database) throws IOException {
        if (command.isEmpty()) {
            return true;
        }
        session.console().note("running " + command);
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command)
                .directory(session.world().folder().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                // what it says is no result of ours
                .redirectOutput(ProcessBuilder.Redirect.to(new java.io.File("/dev/stderr")));
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("PG"));
        variables.putAll(database.libpqEnvironment());
        variables.put("DATABASE_URL", database.display());
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            int code = process.waitFor();
            if (code != 0) {
                session.console().warn("the command failed with exit code " + code + ": " + command);
            }
            return code == 0;
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
