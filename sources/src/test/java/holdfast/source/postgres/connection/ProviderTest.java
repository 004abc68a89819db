package holdfast.source.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: managed servers are known by their names, and the way around a pooler is found where it
/// can be.
class ProviderTest {
    private static ConnectionTarget target(String host) {
        return ConnectionTarget.of("postgresql://u:p@" + host + "/d", Map.of("HOME", "/nonexistent"));
    }

    @ParameterizedTest
    @CsvSource({
        "ep-cool-darkness-a1b2c3d4.us-east-2.aws.neon.tech, NEON, false,",
        "EP-Cool-1-Pooler.US-east-2.AWS.Neon.tech, NEON, true, ep-cool-1.US-east-2.AWS.Neon.tech:5432",
        "ep-cool-1-pooler.us-east-2.aws.neon.tech, NEON, true, ep-cool-1.us-east-2.aws.neon.tech:5432",
        "ep-cool-1-pooler.c-2.us-east-1.aws.neon.tech, NEON, true, ep-cool-1.c-2.us-east-1.aws.neon.tech:5432",
        "ep-x-1-pooler.us-east-1.postgres.vercel-storage.com, VERCEL, true,"
                + " ep-x-1.us-east-1.postgres.vercel-storage.com:5432",
        "ep-x-1.us-east-1.postgres.vercel-storage.com, VERCEL, false,",
        "db1.abcdefg.eu-west-1.rds.amazonaws.com, RDS, false,",
        "c.cluster-ro-abcdefg.eu-west-1.rds.amazonaws.com:5433, RDS, false,",
        "p.proxy-abcdefg.eu-west-1.rds.amazonaws.com, RDS, true,",
        "e.endpoint.proxy-abcdefg.eu-west-1.rds.amazonaws.com, RDS, true,",
        "db1.abcdefg.cn-north-1.rds.amazonaws.com.cn, RDS, false,",
        "db.abcdefghijkl.supabase.co, SUPABASE, false,",
        "db.abcdefghijkl.supabase.co:6543, SUPABASE, true, db.abcdefghijkl.supabase.co:5432",
        "aws-0-eu-west-1.pooler.supabase.com:5432, SUPABASE, false,",
        "aws-0-eu-west-1.pooler.supabase.com:6543, SUPABASE, true, aws-0-eu-west-1.pooler.supabase.com:5432",
        "s1.postgres.database.azure.com, AZURE, false,",
        "s1.postgres.database.azure.com:6432, AZURE, true, s1.postgres.database.azure.com:5432",
        "0a1b2c.3d4e.europe-west1.sql.goog, CLOUD_SQL, false,",
        "0a1b2c.3d4e.europe-west1.sql.goog:6432, CLOUD_SQL, true, 0a1b2c.3d4e.europe-west1.sql.goog:5432",
        "%2Fcloudsql%2Fproject:region:instance, CLOUD_SQL, false,",
    })
    void managedServersAreKnown(String host, Provider provider, boolean pooler, String direct) {
        ConnectionTarget target = target(host.replace("project:region:instance", "project%3Aregion%3Ainstance"));
        assertThat(target.provider()).contains(provider);
        assertThat(target.isTransactionPooler()).isEqualTo(pooler);
        assertThat(target.direct().map(one -> one.servers().getFirst().toString()))
                .isEqualTo(Optional.ofNullable(direct));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "db.example.org", "neon.tech.example.org", "evilneon.tech", "10.0.0.1:6432"})
    void othersAreNot(String host) {
        ConnectionTarget target = target(host);
        assertThat(target.provider()).isEmpty();
        assertThat(target.isTransactionPooler()).isFalse();
        assertThat(target.direct()).isEmpty();
    }

    @Test
    void aroundThePoolerAllElseIsTheSame() {
        ConnectionTarget pooled = ConnectionTarget.of(
                "postgresql://u:p@ep-a-1-pooler.eu.aws.neon.tech/d?sslmode=verify-full&sslrootcert=/r",
                Map.of("HOME", "/nonexistent"));
        ConnectionTarget direct = pooled.direct().orElseThrow();
        Map<String, String> expected = new TreeMap<>(pooled.libpqEnvironment());
        expected.put("PGHOST", "ep-a-1.eu.aws.neon.tech");
        assertThat(direct.libpqEnvironment()).isEqualTo(expected);
    }

    @Test
    void everyServerOfSeveralIsReachedDirectly() {
        ConnectionTarget direct = target(
                        "ep-a-pooler.eu.aws.neon.tech,ep-b.eu.aws.neon.tech,ep-c-pooler.eu.aws.neon.tech:6000")
                .direct()
                .orElseThrow();
        assertThat(direct.servers())
                .map(Server::toString)
                .containsExactly(
                        "ep-a.eu.aws.neon.tech:5432", "ep-b.eu.aws.neon.tech:5432", "ep-c.eu.aws.neon.tech:6000");
        assertThat(direct.aroundPooler())
                .contains("goes to ep-a.eu.aws.neon.tech:5432, ep-b.eu.aws.neon.tech:5432, ep-c.eu.aws.neon.tech:6000,"
                        + " not through the pooler ep-a-pooler.eu.aws.neon.tech:5432,"
                        + " ep-c-pooler.eu.aws.neon.tech:6000, which may give each transaction another session");
        assertThat(direct.direct()).isEmpty();
        assertThat(target("ep-b.eu.aws.neon.tech").aroundPooler()).isEmpty();
    }

    @Test
    void aPasswordThatTheFileHasForThePoolerIsThatOfTheServer(@TempDir Path home) throws IOException {
        Path file = Files.writeString(
                home.resolve(".pgpass"), "ep-a-pooler.eu.aws.neon.tech:*:*:u:one\nep-b.eu.aws.neon.tech:*:*:u:two\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        for (Map.Entry<String, String> one :
                Map.of("a", "one", "b", "two", "c", "").entrySet()) {
            ConnectionTarget direct = ConnectionTarget.of(
                            "postgresql://u@ep-" + one.getKey() + "-pooler.eu.aws.neon.tech/d",
                            Map.of("HOME", home.toString()))
                    .direct()
                    .orElseThrow();
            assertThat(direct.password(direct.servers().getFirst())).isEqualTo(one.getValue());
        }
    }

    @Test
    void aPoolerWhoseServerCannotBeToldIsWarnedOf() {
        assertThat(target("p.proxy-abc.eu-west-1.rds.amazonaws.com").warnings())
                .singleElement()
                .asString()
                .startsWith("p.proxy-abc.eu-west-1.rds.amazonaws.com:5432 is a pooler of Amazon RDS");
        assertThat(target("db1.abc.eu-west-1.rds.amazonaws.com").warnings()).isEmpty();
        assertThat(target("ep-a-pooler.eu.aws.neon.tech").warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "allow", "prefer"})
    void nothingGoesToAManagedServerInClear(String mode) {
        String host = "db1.abc.eu-west-1.rds.amazonaws.com";
        Map<String, String> none = Map.of("HOME", "/nonexistent");
        Map<String, String> variable = Map.of("HOME", "/nonexistent", "PGSSLMODE", mode);
        for (ThrowingCallable asking : List.<ThrowingCallable>of(
                () -> ConnectionTarget.of("postgresql://u@" + host + "/d?sslmode=" + mode, none),
                () -> ConnectionTarget.of("postgresql://u@localhost," + host + "/d?sslmode=" + mode, none),
                () -> ConnectionTarget.of("postgresql://u@" + host + "/d", variable))) {
            assertThatThrownBy(asking)
                    .isInstanceOf(HoldfastException.BadUsage.class)
                    .hasMessage("sslmode=" + mode + " lets a password and rows go to Amazon RDS in clear");
        }
        for (String elsewhere : List.of("localhost", "%2Fcloudsql%2Fp%3Ar%3Ai")) {
            assertThat(ConnectionTarget.of("postgresql://u@" + elsewhere + "/d", variable)
                            .sslMode())
                    .isEqualTo(mode);
        }
        assertThat(ConnectionTarget.of("postgresql://u@" + host + "/d?sslmode=verify-ca", variable)
                        .sslMode())
                .isEqualTo("verify-ca");
        assertThat(target(host).sslMode()).isEqualTo("require");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMissingIsSaidInSentences(Provider provider) {
        assertThat(provider.missing())
                .startsWith(provider.title())
                .contains("no superuser")
                .endsWith(".");
        assertThat(provider.tlsRequired()).isTrue();
    }
}
