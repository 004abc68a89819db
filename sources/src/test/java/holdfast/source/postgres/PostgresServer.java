package holdfast.source.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A PostgreSQL server for one class of tests:
///
/// ```java
/// @RegisterExtension
/// static final PostgresServer SERVER = new PostgresServer().setting("max_connections", "20");
/// ```
///
/// It is made before the first test and gone after the last; or call [#start] and [#close]
/// oneself. Listens on 127.0.0.1 and on a socket in [#socketDirectory]; superuser `postgres`
/// without a password. It does not wait for its disk (`fsync` is off unless set). Needs a
/// PostgreSQL installed ([ServerPrograms#newest]) and runs as an unprivileged user.
public final class PostgresServer implements AutoCloseable, BeforeAllCallback, AfterAllCallback {
    public static final String HOST = "127.0.0.1";
    public static final String SUPERUSER = "postgres";

    private static final int ATTEMPTS = 5;

    private final ServerPrograms programs;
    private final Map<String, String> settings = new LinkedHashMap<>(Map.of("fsync", "off"));
    private final List<String> hba = new ArrayList<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private @Nullable Path folder;
    private @Nullable Thread endOfProcess;
    private int port;
    private boolean running;

    public PostgresServer() {
        this(ServerPrograms.newest());
    }

    public PostgresServer(ServerPrograms programs) {
        this.programs = programs;
    }

    /// A line of `postgresql.conf`; may be given again before [#restart].
    public PostgresServer setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /// A line of `pg_hba.conf`, before those that let everybody in: `host all someone
    /// 127.0.0.1/32 scram-sha-256`.
    public PostgresServer hba(String line) {
        hba.add(line);
        return this;
    }

    /// A file in the data directory that the server alone may read, such as `server.key`.
    public PostgresServer file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        close();
    }

    /// Makes the server at first, and starts it; the same port every time.
    public PostgresServer start() throws IOException {
        if (folder == null) {
            create();
        }
        for (int attempt = 1; ; attempt++) {
            int chosen = port == 0 ? freePort() : port;
            configure(chosen);
            try {
                control("start", "-l", log().toString());
                port = chosen;
                running = true;
                return this;
            } catch (AssertionError e) {
                // somebody else took the port meanwhile
                if (port != 0 || attempt == ATTEMPTS || !logText().contains("could not bind")) {
                    throw new AssertionError(e.getMessage() + "\n" + logText(), e);
                }
            }
        }
    }

    private void create() throws IOException {
        folder = Files.createTempDirectory("holdfast-postgres-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        ServerPrograms.handOver(folder);
        endOfProcess = new Thread(this::stopQuietly);
        Runtime.getRuntime().addShutdownHook(endOfProcess);
        programs.run(
                "initdb",
                "--pgdata=" + data(),
                "--username=" + SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
    }

    private void configure(int chosenPort) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = data().resolve(file.getKey());
            Files.write(path, file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            ServerPrograms.handOver(path);
        }
        List<String> access = new ArrayList<>(hba);
        access.addAll(List.of("local all all trust", "host all all 127.0.0.1/32 trust"));
        access.addAll(List.of("local replication all trust", "host replication all 127.0.0.1/32 trust"));
        Files.write(data().resolve("pg_hba.conf"), access, StandardOpenOption.TRUNCATE_EXISTING);
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("listen_addresses", HOST);
        all.put("port", Integer.toString(chosenPort));
        all.put("unix_socket_directories", socketDirectory().toString());
        List<String> lines = all.entrySet().stream()
                .map(one -> one.getKey() + " = " + literal(one.getValue().replace("\\", "\\\\")))
                .toList();
        // the last line of a file counts, and this one is read last
        Path conf = data().resolve("holdfast.conf");
        Files.write(conf, lines);
        ServerPrograms.handOver(conf);
        Path main = data().resolve("postgresql.conf");
        if (!Files.readString(main).contains("holdfast.conf")) {
            Files.writeString(main, "include 'holdfast.conf'\n", StandardOpenOption.APPEND);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void control(String verb, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--pgdata=" + data(), "--wait", verb));
        arguments.addAll(List.of(more));
        programs.run("pg_ctl", arguments.toArray(String[]::new));
    }

    /// Ends all sessions and stops; does nothing when it is not running.
    public void stop() throws IOException {
        stop("fast");
    }

    /// Stops without any goodbye, as if the machine had failed; the next start recovers.
    public void crash() throws IOException {
        stop("immediate");
    }

    private void stop(String mode) throws IOException {
        if (running) {
            running = false;
            control("stop", "--mode=" + mode);
        }
    }

    public PostgresServer restart() throws IOException {
        stop();
        return start();
    }

    private void stopQuietly() {
        try {
            crash();
            ServerPrograms.delete(folder());
        } catch (IOException | AssertionError _) {
            // the process ends, nobody is left to tell
        }
    }

    /// Stops and removes everything.
    @Override
    public void close() throws IOException {
        if (folder == null) {
            return;
        }
        crash();
        ServerPrograms.delete(folder);
        if (endOfProcess != null) {
            Runtime.getRuntime().removeShutdownHook(endOfProcess);
        }
        folder = null;
        port = 0;
    }

    public int port() {
        return port;
    }

    /// Where the socket `.s.PGSQL.<port>` is.
    public Path socketDirectory() {
        return folder();
    }

    public Path data() {
        return folder().resolve("data");
    }

    private Path log() {
        return folder().resolve("server.log");
    }

    private Path folder() {
        if (folder == null) {
            throw new IllegalStateException("the server was not started");
        }
        return folder;
    }

    /// What the server wrote to its log.
    public String logText() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    public ServerPrograms programs() {
        return programs;
    }

    /// A URL for the superuser.
    public String url(String database) {
        String encoded = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
        return "postgresql://" + SUPERUSER + "@" + HOST + ":" + port + "/" + encoded;
    }

    /// A session of the superuser with the driver's own settings.
    public Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        properties.setProperty("PGDBNAME", database);
        return DriverManager.getConnection("jdbc:postgresql://" + HOST + ":" + port + "/", properties);
    }

    /// Runs statements as the superuser, each in a transaction of its own.
    public void run(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /// The rows of a query as `psql -At` shows them: columns separated by `|`, nothing for NULL.
    public List<String> ask(String database, String query) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (answer.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= answer.getMetaData().getColumnCount(); column++) {
                    String value = answer.getString(column);
                    row.add(value == null ? "" : value);
                }
                rows.add(String.join("|", row));
            }
            return rows;
        }
    }

    /// Makes a database, empty but for what the template has.
    ///
    /// @return its name
    public String database(String name) throws SQLException {
        run(SUPERUSER, "CREATE DATABASE " + identifier(name));
        return name;
    }

    /// Has `psql` run a script as the superuser; the first error ends it.
    ///
    /// @return what it wrote
    public String psql(String database, Path script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                programs.program("psql").toString(), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-f", "-");
        return ServerPrograms.end(builder, script);
    }

    /// Has the stock `pg_restore` load a dump; the first error ends it.
    public void pgRestore(String database, Path dump) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                programs.program("pg_restore").toString(), "--exit-on-error", "-d", url(database), dump.toString());
        ServerPrograms.end(builder, Path.of("/dev/null"));
    }

    /// A name for SQL.
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// A string for SQL.
    public static String literal(String value) {
        return '\'' + value.replace("'", "''") + '\'';
    }
}
