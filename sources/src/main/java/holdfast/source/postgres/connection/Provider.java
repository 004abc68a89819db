package holdfast.source.postgres.connection;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Who runs a managed PostgreSQL, recognised by the host's name as the providers' own
/// documentation gives it. All of them encrypt, and none of them has a superuser for its
/// customers.
public enum Provider {
    /// `ep-name-123456.region.aws.neon.tech`; the pooler is PgBouncer, by transaction.
    NEON("Neon", "neon_superuser", "An idle database sleeps: the first connection takes some seconds.", ".neon.tech"),
    /// `ep-name-123456.region.postgres.vercel-storage.com`: Neon's, under Vercel's name.
    VERCEL(
            "Vercel Postgres",
            "neon_superuser",
            "An idle database sleeps: the first connection takes some seconds.",
            ".postgres.vercel-storage.com"),
    /// `name.abc123.region.rds.amazonaws.com`, Aurora's `cluster-…` included; `proxy-…` is RDS
    /// Proxy.
    RDS(
            "Amazon RDS",
            "rds_superuser",
            "Objects that belong to rdsadmin stay with the provider.",
            ".rds.amazonaws.com",
            ".rds.amazonaws.com.cn"),
    /// `db.ref.supabase.co`, reachable by IPv6 only unless paid for; `….pooler.supabase.com` is a
    /// pooler, at port 5432 by session, at 6543 by transaction.
    SUPABASE(
            "Supabase",
            "postgres",
            "The schemas auth, storage and others belong to the provider, which makes them anew in a new project.",
            ".supabase.co",
            ".pooler.supabase.com"),
    /// `name.postgres.database.azure.com`; port 6432 is PgBouncer.
    AZURE(
            "Azure Database for PostgreSQL",
            "azure_pg_admin",
            "Extensions must be on the server's list of allowed ones before a restore.",
            ".postgres.database.azure.com",
            ".postgres.database.usgovcloudapi.net",
            ".postgres.database.chinacloudapi.cn",
            ".postgres.cosmos.azure.com"),
    /// `….sql.goog`, or the socket folder `/cloudsql/project:region:instance`; port 6432 is the
    /// managed pooler. An instance named by its IP address, or behind the Auth Proxy on this
    /// machine, cannot be recognised.
    CLOUD_SQL(
            "Google Cloud SQL",
            "cloudsqlsuperuser",
            "Objects that belong to cloudsqladmin stay with the provider.",
            ".sql.goog");

    private static final String POOLER = "-pooler";
    private static final int POOLER_PORT = 6432;
    private static final int SUPABASE_POOLER_PORT = 6543;

    private final String title;
    private final String administrator;
    private final String remark;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> domains;

    Provider(String title, String administrator, String remark, String... domains) {
        this.title = title;
        this.administrator = administrator;
        this.remark = remark;
        this.domains = List.of(domains);
    }

    static Optional<Provider> of(Server server) {
        String host = lowerCase(server);
        if (server.isSocket()) {
            return host.startsWith("/cloudsql/") ? Optional.of(CLOUD_SQL) : Optional.empty();
        }
        return Stream.of(values())
                .filter(one -> one.domains.stream().anyMatch(host::endsWith))
                .findFirst();
    }

    /// As the provider calls its product.
    public String title() {
        return title;
    }

    /// Whether the server refuses, or should never be given, a connection in clear: then
    /// `sslmode` is `require` unless something stricter is said.
    public boolean tlsRequired() {
        return true;
    }

    /// What a backup lacks there and a restore has to do without: some sentences.
    public String missing() {
        return title + " gives no superuser; " + administrator
                + " is the most that can be had. Passwords of roles cannot be read, and tablespaces and the server's"
                + " files are out of reach. " + remark;
    }

    /// Whether each transaction may run in another session of the server, so that settings and
    /// snapshots are lost between them: no place to dump from.
    boolean isTransactionPooler(Server server) {
        return switch (this) {
            case NEON, VERCEL -> firstLabel(server).endsWith(POOLER);
            case RDS -> lowerCase(server).contains(".proxy-");
            case SUPABASE -> server.port() == SUPABASE_POOLER_PORT;
            case AZURE, CLOUD_SQL -> server.port() == POOLER_PORT;
        };
    }

    /// The same database without the pooler; empty when there is none in between, or the name
    /// does not tell.
    Optional<Server> direct(Server server) {
        if (!isTransactionPooler(server)) {
            return Optional.empty();
        }
        return switch (this) {
            case NEON, VERCEL -> {
                String first = firstLabel(server);
                String host = first.substring(0, first.length() - POOLER.length())
                        + server.host().substring(first.length());
                yield Optional.of(new Server(host, "", server.port()));
            }
            case RDS -> Optional.empty();
            // by session, at the same host: the direct one may have no IPv4 address
            case SUPABASE, AZURE, CLOUD_SQL ->
                Optional.of(new Server(server.host(), server.address(), Server.DEFAULT_PORT));
        };
    }

    private static String firstLabel(Server server) {
        String host = lowerCase(server);
        int dot = host.indexOf('.');
        return dot < 0 ? host : host.substring(0, dot);
    }

    private static String lowerCase(Server server) {
        return server.host().toLowerCase(Locale.ROOT);
    }
}
