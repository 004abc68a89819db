package holdfast.source.postgres;

import holdfast.model.HoldfastException;
import holdfast.source.postgres.DumpSelection.Choice;
import holdfast.source.postgres.DumpSelection.Kind;
import holdfast.source.postgres.connection.ConnectionTarget;
import holdfast.source.postgres.connection.Connections;
import holdfast.source.postgres.rows.NamePattern;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// Which patterns for schemas and tables fit something in one database, as `pg_dump` sees it.
/// Immutable.
///
/// @param selection with those that fit
/// @param critical those of the tables that are marked which fit
/// @param unfit the others
/// @param names what the others may have been meant for; of everything when nothing is unfit
public record FittingPatterns(
        DumpSelection selection, List<NamePattern> critical, List<Choice> unfit, List<String> names) {
    public FittingPatterns {
        critical = List.copyOf(critical);
        unfit = List.copyOf(unfit);
        names = List.copyOf(names);
    }

    /// Looks into one of several databases before any of them is stored.
    ///
    /// @throws HoldfastException.PreCheckFailed when the database lets nobody in, or the role may not
    ///     read what is wanted of it
    public static FittingPatterns of(
            ConnectionTarget target, Duration connectTimeout, DumpSelection selection, List<NamePattern> critical)
            throws IOException {
        try (Connection connection = new Connections(target, connectTimeout).open()) {
            connection.setAutoCommit(false);
            Question question = query -> ReaderQuery.rows(connection, query);
            FittingPatterns fitting = of(question, selection, critical);
            if (!fitting.leavesNothing(selection)) {
                new Catalog(question).requireReadable(target.display(), fitting.selection());
            }
            connection.rollback();
            return fitting;
        } catch (SQLException e) {
            throw new IOException("cannot look into " + target.display() + ": " + e.getMessage(), e);
        }
    }

    static FittingPatterns of(Question question, DumpSelection selection, List<NamePattern> critical)
            throws SQLException {
        List<Choice> all = new ArrayList<>(selection.choices());
        critical.forEach(pattern -> all.add(new Choice(Kind.CRITICAL, pattern.text())));
        if (all.isEmpty()) {
            return new FittingPatterns(selection, critical, List.of(), List.of());
        }
        question.ask(SelectedRelations.WITH_USUAL_SEARCH_PATH);
        List<Choice> unfit = new ArrayList<>();
        Collection<String> names = new TreeSet<>();
        for (Choice choice : all) {
            if (!question.ask(SelectedRelations.fits(choice)).equals("t")) {
                unfit.add(choice);
                question.rows(SelectedRelations.names(choice.kind())).forEach(row -> names.add(row.getFirst()));
            }
        }
        question.ask(SelectedRelations.WITHOUT_SEARCH_PATH);
        return new FittingPatterns(
                selection.without(unfit),
                critical.stream()
                        .filter(pattern -> !unfit.contains(new Choice(Kind.CRITICAL, pattern.text())))
                        .toList(),
                unfit,
                List.copyOf(names));
    }

    /// Whether nothing is wanted of this database, though something was.
    public boolean leavesNothing(DumpSelection wanted) {
        return wanted.includes() && !selection.includes();
    }

    /// @param where the patterns should fit something
    /// @throws HoldfastException.PreCheckFailed names the first that does not
    void requireAll(String where) {
        if (!unfit.isEmpty()) {
            throw refusal("nothing in " + where + " fits", unfit.getFirst(), names);
        }
    }

    /// For one that fits in none of several databases.
    public static HoldfastException.PreCheckFailed inNone(Choice choice, Collection<String> names) {
        return refusal("no database of the server has anything that fits", choice, names);
    }

    private static HoldfastException.PreCheckFailed refusal(String begin, Choice choice, Collection<String> names) {
        return NoMatch.refusal(begin, choice.kind().toString(), choice.pattern(), names);
    }
}
