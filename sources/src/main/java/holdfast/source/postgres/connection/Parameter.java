package holdfast.source.postgres.connection;

import static holdfast.source.postgres.connection.Parameter.Kind.IGNORED;
import static holdfast.source.postgres.connection.Parameter.Kind.NUMBER;
import static holdfast.source.postgres.connection.Parameter.Kind.REFUSED;
import static holdfast.source.postgres.connection.Parameter.Kind.TEXT;
import static holdfast.source.postgres.connection.Parameter.Kind.WORD;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// libpq's connection parameters, up to PostgreSQL 18 (`PQconninfoOptions` in `fe-connect.c`),
/// each with its environment variable and what Holdfast makes of it.
enum Parameter {
    SERVICE("PGSERVICE", TEXT),
    SERVICEFILE("PGSERVICEFILE", TEXT),
    USER("PGUSER", TEXT),
    PASSWORD("PGPASSWORD", TEXT),
    PASSFILE("PGPASSFILE", TEXT),
    DBNAME("PGDATABASE", TEXT),
    HOST("PGHOST", TEXT),
    HOSTADDR("PGHOSTADDR", TEXT),
    PORT("PGPORT", TEXT),
    CONNECT_TIMEOUT("PGCONNECT_TIMEOUT", NUMBER),
    OPTIONS("PGOPTIONS", TEXT),
    APPLICATION_NAME("PGAPPNAME", TEXT),
    FALLBACK_APPLICATION_NAME("", TEXT),
    TARGET_SESSION_ATTRS(
            "PGTARGETSESSIONATTRS", WORD, "any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    LOAD_BALANCE_HOSTS("PGLOADBALANCEHOSTS", WORD, "disable", "random"),
    KEEPALIVES("", NUMBER),
    KEEPALIVES_IDLE("", NUMBER),
    KEEPALIVES_INTERVAL("", NUMBER),
    KEEPALIVES_COUNT("", NUMBER),
    /// Java has no way to set it.
    TCP_USER_TIMEOUT("", NUMBER),
    CHANNEL_BINDING("PGCHANNELBINDING", WORD, "disable", "prefer", "require"),
    REQUIRE_AUTH("PGREQUIREAUTH", TEXT),
    REQUIREPEER("PGREQUIREPEER", TEXT),
    GSSENCMODE("PGGSSENCMODE", WORD, "disable", "prefer", "require"),
    KRBSRVNAME("PGKRBSRVNAME", TEXT),
    GSSLIB("PGGSSLIB", WORD, "gssapi", "sspi"),
    GSSDELEGATION("PGGSSDELEGATION", WORD, "0", "1"),
    SSLMODE("PGSSLMODE", WORD, "disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    SSLNEGOTIATION("PGSSLNEGOTIATION", WORD, "postgres", "direct"),
    SSLROOTCERT("PGSSLROOTCERT", TEXT),
    SSLCERT("PGSSLCERT", TEXT),
    SSLKEY("PGSSLKEY", TEXT),
    SSLPASSWORD("", TEXT),
    SSLCERTMODE("PGSSLCERTMODE", WORD, "disable", "allow"),
    /// Java has no lower version switched on, and no way to ask for a higher one through the
    /// driver.
    SSL_MIN_PROTOCOL_VERSION("PGSSLMINPROTOCOLVERSION", WORD, "TLSv1", "TLSv1.1", "TLSv1.2"),
    SSLSNI("PGSSLSNI", IGNORED),
    SSLCOMPRESSION("PGSSLCOMPRESSION", IGNORED),
    MIN_PROTOCOL_VERSION("PGMINPROTOCOLVERSION", IGNORED),
    MAX_PROTOCOL_VERSION("PGMAXPROTOCOLVERSION", IGNORED),
    /// It would change the encoding of what `pg_dump` writes.
    CLIENT_ENCODING("PGCLIENTENCODING", IGNORED),
    SSLCRL("PGSSLCRL", REFUSED, "revocation lists cannot be checked"),
    SSLCRLDIR("PGSSLCRLDIR", REFUSED, "revocation lists cannot be checked"),
    SSL_MAX_PROTOCOL_VERSION("PGSSLMAXPROTOCOLVERSION", REFUSED, "the version of TLS cannot be limited"),
    SSLKEYLOGFILE("", REFUSED, "it would write the session's keys to a file"),
    REPLICATION("", REFUSED, "a connection for replication cannot be dumped from"),
    SCRAM_CLIENT_KEY("", REFUSED, "a log-in needs the password, not its keys"),
    SCRAM_SERVER_KEY("", REFUSED, "a log-in needs the password, not its keys"),
    OAUTH_ISSUER("", REFUSED, "OAuth is not supported"),
    OAUTH_CLIENT_ID("", REFUSED, "OAuth is not supported"),
    OAUTH_CLIENT_SECRET("", REFUSED, "OAuth is not supported"),
    OAUTH_SCOPE("", REFUSED, "OAuth is not supported");

    enum Kind {
        TEXT,
        /// One of a few values.
        WORD,
        /// A whole number, perhaps negative.
        NUMBER,
        /// Makes no difference to a backup.
        IGNORED,
        REFUSED
    }

    private final String variable;
    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> words;

    Parameter(String variable, Kind kind, String... words) {
        this.variable = variable;
        this.kind = kind;
        this.words = List.of(words);
    }

    /// As it is written in URLs and service files.
    String keyword() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The environment variable; empty when there is none.
    String variable() {
        return variable;
    }

    Kind kind() {
        return kind;
    }

    /// What may be given for a [Kind#WORD]; for one that is refused, why.
    List<String> words() {
        return words;
    }

    static Optional<Parameter> of(String keyword) {
        return Stream.of(values()).filter(one -> one.keyword().equals(keyword)).findFirst();
    }
}
