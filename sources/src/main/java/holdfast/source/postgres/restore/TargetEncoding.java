package holdfast.source.postgres.restore;

import holdfast.model.FileNames;
import holdfast.model.HoldfastException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.postgresql.core.Encoding;

/// In which encoding a dump's statements and rows go to the server. Immutable.
///
/// @param client the session's `client_encoding`
/// @param charset what the driver takes that for
record TargetEncoding(String client, Charset charset) {
    private static final String NO_ENCODING = "SQL_ASCII";
    private static final String ANY_BYTES = "LATIN1";

    /// @param dump encoding of the database that was dumped, as PostgreSQL names it
    /// @param server encoding of the database that is restored into
    static TargetEncoding of(String dump, String server) {
        if (dump.equals(NO_ENCODING)) {
            // between SQL_ASCII and any other the server converts nothing
            return server.equals(NO_ENCODING)
                    ? new TargetEncoding(ANY_BYTES, StandardCharsets.ISO_8859_1)
                    : new TargetEncoding(server, charset(server));
        }
        return new TargetEncoding(dump, charset(dump));
    }

    private static Charset charset(String name) {
        if (name.equals("UTF8")) {
            return StandardCharsets.UTF_8;
        }
        String java = Encoding.getDatabaseEncoding(name).name();
        if (!Charset.isSupported(java)) {
            throw new HoldfastException.PreCheckFailed(
                    "cannot restore a database in the encoding " + name + ": Java does not know it",
                    "restore its folder by --target FOLDER, and load that with pg_restore");
        }
        return Charset.forName(java);
    }

    /// @param text from a table of contents
    String decoded(String text) {
        return charset.equals(StandardCharsets.UTF_8) && FileNames.isText(text)
                ? text
                : new String(FileNames.encode(text), charset);
    }
}
