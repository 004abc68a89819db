package holdfast.source.postgres.restore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Goal: SQL is cut where the server cuts it, and nowhere else.
final class SqlStatementsTest {
    @Test
    void statementsEndAtSemicolons() {
        assertThat(SqlStatements.split("a b;\n\n c ;; d")).containsExactly("a b", "c", "d");
        assertThat(SqlStatements.split("  ;\n")).isEmpty();
    }

    @Test
    void notWithinQuotes() {
        assertThat(SqlStatements.split("a 'x;''y;' \"p;\"\"q;\"; b")).containsExactly("a 'x;''y;' \"p;\"\"q;\"", "b");
        assertThat(SqlStatements.split("a E'x\\';y'; b")).containsExactly("a E'x\\';y'", "b");
    }

    @Test
    void aBackslashEndsNothingInAnOrdinaryString() {
        assertThat(SqlStatements.split("a 'x\\'; b")).containsExactly("a 'x\\'", "b");
        assertThat(SqlStatements.split("aE 'x\\'; b")).containsExactly("aE 'x\\'", "b");
        assertThat(SqlStatements.split("ae'x\\'; b")).containsExactly("ae'x\\'", "b");
    }

    @Test
    void notWithinDollarsOrComments() {
        assertThat(SqlStatements.split("f $$ a; b $$; g $x$ $$; $x$; h $1;i"))
                .containsExactly("f $$ a; b $$", "g $x$ $$; $x$", "h $1", "i");
        assertThat(SqlStatements.split("a -- b;\nc; d /* ; /* ; */ ; */ e"))
                .containsExactly("a -- b;\nc", "d /* ; /* ; */ ; */ e");
    }

    @Test
    void whatIsNotClosedReachesToTheEnd() {
        assertThat(SqlStatements.split("a 'b; c")).containsExactly("a 'b; c");
        assertThat(SqlStatements.split("a $x$ b; c")).containsExactly("a $x$ b; c");
        assertThat(SqlStatements.split("a /* b; c")).containsExactly("a /* b; c");
        assertThat(SqlStatements.split("a E'b\\")).containsExactly("a E'b\\");
    }
}
