package holdfast.source.postgres;

import holdfast.model.ObjectId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Roles and tablespaces, which belong to the server and not to a database: as `pg_dumpall` writes them, without
/// passwords, and the same bytes as long as none of them changes.
///
/// @param environment how the server is reached, as libpq's variables
record Globals(Path program, Map<String, String> environment) {
    static final String NAME = "globals.sql";

    private static final Pattern RESTRICT = Pattern.compile("^\\\\restrict ([A-Za-z0-9]{16,})$", Pattern.MULTILINE);
    private static final int BYTES_MAX = 64 << 20;
    private static final int PATIENCE_SECONDS = 120;

    /// @throws IOException with what `pg_dumpall` said, when it refused
    byte[] read() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(program.toString(), "--globals-only", "--no-role-passwords", "--no-password");
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.redirectError(ProcessBuilder.Redirect.PIPE);
        Process process = builder.start();
        try (InputStream out = process.getInputStream();
                InputStream err = process.getErrorStream()) {
            process.getOutputStream().close();
            byte[] content = out.readNBytes(BYTES_MAX);
            String said = new String(err.readNBytes(2000), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(said.isEmpty() ? "pg_dumpall did not finish" : said.replace("\n", "; "));
            }
            return repeatable(content);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Newer ones begin with the command "restrict" of `psql` and a random key, so that names from a
    /// hostile server cannot give it commands. The key becomes one that is the same every time and
    /// that nobody can write into a name either: a hash of all the rest.
    static byte[] repeatable(byte[] script) {
        String text = new String(script, StandardCharsets.ISO_8859_1);
        Matcher begin = RESTRICT.matcher(text);
        if (!begin.find()) {
            return script;
        }
        String without = text.replace(begin.group(1), "");
        String key =
                ObjectId.hash(without.getBytes(StandardCharsets.ISO_8859_1)).hex();
        return text.replace(begin.group(1), key).getBytes(StandardCharsets.ISO_8859_1);
    }
}
