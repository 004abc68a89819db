package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresServer;
import holdfast.source.postgres.restore.RestoreOptions.Content;
import holdfast.source.postgres.restore.RestoreOptions.Part;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Goal: rows alone come back exactly whoever may load them: no trigger changes or counts them, no
/// foreign key is in the way, and all are as they were afterwards; who may not is told before
/// anything is touched. Method: an ordinary owner, a superuser, and one who owns nothing.
@Tag("slow")
final class RowsByAnOwnerTest {
    @RegisterExtension
    static final PostgresServer SERVER = new PostgresServer();

    private static final Content REPLACED = new Content(List.of("shop"), List.of(), Part.DATA_REPLACED);

    private static final List<String> ROWS = List.of(
            "SELECT a::text FROM shop.a_line a ORDER BY 1",
            "SELECT o::text FROM shop.b_order o ORDER BY 1",
            "SELECT c::text FROM shop.c_customer c ORDER BY 1",
            "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
            "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1");

    private static StoredDatabase backup;

    /// The alphabet has it the wrong way round: lines refer to orders, and these to customers.
    @BeforeAll
    static void backUp() throws Exception {
        SERVER.database("source");
        SERVER.run(
                "postgres",
                "CREATE ROLE clerk LOGIN",
                "CREATE ROLE guest LOGIN",
                "GRANT CREATE ON DATABASE source TO clerk");
        SERVER.run(
                "source",
                "SET ROLE clerk; CREATE SCHEMA shop",
                "SET ROLE clerk; CREATE TABLE shop.c_customer (id int PRIMARY KEY, guide int REFERENCES shop.c_customer, note text)",
                "SET ROLE clerk; CREATE TABLE shop.b_order (id int PRIMARY KEY, customer int NOT NULL REFERENCES shop.c_customer)",
                "SET ROLE clerk; CREATE TABLE shop.a_line (id int PRIMARY KEY, ord int NOT NULL REFERENCES shop.b_order)",
                "SET ROLE clerk; CREATE TABLE shop.d_audit (what text)",
                "SET ROLE clerk; INSERT INTO shop.c_customer SELECT g, 2001 - g, 'n' || g FROM generate_series(1, 2000) g",
                "SET ROLE clerk; INSERT INTO shop.b_order SELECT g, g % 2000 + 1 FROM generate_series(1, 20000) g",
                "SET ROLE clerk; INSERT INTO shop.a_line SELECT g, g % 20000 + 1 FROM generate_series(1, 40000) g",
                "SET ROLE clerk; CREATE FUNCTION shop.audit() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN INSERT INTO shop.d_audit VALUES (TG_NAME); RETURN NEW; END $$",
                "SET ROLE clerk; CREATE FUNCTION shop.change() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN NEW.note := 'changed'; RETURN NEW; END $$",
                "SET ROLE clerk; CREATE TRIGGER audited AFTER INSERT ON shop.b_order FOR EACH ROW EXECUTE FUNCTION shop.audit()",
                "SET ROLE clerk; CREATE TRIGGER emptied AFTER TRUNCATE ON shop.b_order EXECUTE FUNCTION shop.audit()",
                "SET ROLE clerk; CREATE TRIGGER \"Changed!\" BEFORE INSERT ON shop.c_customer FOR EACH ROW"
                        + " EXECUTE FUNCTION shop.change()",
                "SET ROLE clerk; CREATE TRIGGER always BEFORE INSERT ON shop.c_customer FOR EACH ROW"
                        + " EXECUTE FUNCTION shop.change()",
                "SET ROLE clerk; CREATE TRIGGER never BEFORE INSERT ON shop.c_customer FOR EACH ROW"
                        + " EXECUTE FUNCTION shop.change()",
                "SET ROLE clerk; CREATE TRIGGER replicated BEFORE INSERT ON shop.c_customer FOR EACH ROW"
                        + " EXECUTE FUNCTION shop.change()",
                "ALTER TABLE shop.c_customer ENABLE ALWAYS TRIGGER always",
                "ALTER TABLE shop.c_customer DISABLE TRIGGER never",
                "ALTER TABLE shop.c_customer ENABLE REPLICA TRIGGER replicated");
        backup = new StoredDatabase(SERVER, "source");
    }

    @AfterAll
    static void closeRepository() throws Exception {
        backup.close();
    }

    private static String damaged(String name) throws Exception {
        SERVER.run("postgres", "CREATE DATABASE " + name + " TEMPLATE source");
        SERVER.run(name, "DELETE FROM shop.a_line WHERE id > 7", "UPDATE shop.c_customer SET note = 'wrong'");
        return name;
    }

    private static DatabaseResult run(String database, String role, Content content) throws Exception {
        DatabaseRestore restore = backup.restore(
                SERVER.url(database).replace("postgres@", role + "@"),
                StoredDatabase.options(content, StoredDatabase.INTO));
        return restore.run(restore.plan());
    }

    private static void assertRestored(DatabaseResult result, String database) throws Exception {
        assertThat(result.failures()).isEmpty();
        assertThat(result.checks()).filteredOn(check -> !check.passed()).isEmpty();
        for (String query : ROWS) {
            assertThat(SERVER.ask(database, query)).as(query).isEqualTo(SERVER.ask("source", query));
        }
        assertThat(SERVER.ask(database, "SELECT count(*), min(what) FROM shop.d_audit"))
                .isEqualTo(SERVER.ask("source", "SELECT count(*), min(what) FROM shop.d_audit"));
    }

    @Test
    void anOrdinaryOwnerReplacesThem() throws Exception {
        assertRestored(run(damaged("owned"), "clerk", REPLACED), "owned");
    }

    @Test
    void anOrdinaryOwnerAppendsThem() throws Exception {
        damaged("appended");
        SERVER.run("appended", "TRUNCATE shop.a_line, shop.b_order, shop.c_customer", "TRUNCATE shop.d_audit");
        assertRestored(
                run("appended", "clerk", new Content(List.of("shop"), List.of(), Part.DATA_APPENDED)), "appended");
    }

    @Test
    void aSuperuserDoesNotFireThoseOfReplicasEither() throws Exception {
        assertRestored(run(damaged("super"), "postgres", REPLACED), "super");
    }

    @Test
    void whoOwnsNothingIsToldBeforeAnythingIsTouched() throws Exception {
        damaged("strange");
        SERVER.run("strange", "GRANT USAGE ON SCHEMA shop TO guest", "GRANT ALL ON ALL TABLES IN SCHEMA shop TO guest");
        assertThatThrownBy(() -> run("strange", "guest", REPLACED))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("the trigger audited of shop.b_order would fire");
        SERVER.run("strange", "REVOKE TRUNCATE ON shop.a_line FROM guest");
        assertThatThrownBy(() -> run("strange", "guest", REPLACED))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("may not empty shop.a_line");
        SERVER.run("strange", "ALTER TABLE shop.a_line ENABLE ROW LEVEL SECURITY");
        assertThatThrownBy(() -> run("strange", "guest", REPLACED))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("may not read and write all rows of shop.a_line");
        assertThat(SERVER.ask("strange", "SELECT count(*) FROM shop.a_line")).containsExactly("7");
    }

    @Test
    void tablesThatReferToEachOtherNeedMoreRights() throws Exception {
        SERVER.run("postgres", "CREATE DATABASE circle TEMPLATE source");
        SERVER.run("circle", "ALTER TABLE shop.c_customer ADD COLUMN last int REFERENCES shop.b_order");
        assertThatThrownBy(() -> run("circle", "clerk", REPLACED))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("the tables refer to each other");
        assertThat(SERVER.ask("circle", "SELECT count(*) FROM shop.a_line")).containsExactly("40000");
    }
}
