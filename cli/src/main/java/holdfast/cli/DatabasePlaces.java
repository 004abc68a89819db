package holdfast.cli;

import holdfast.cli.SourceArguments.Named;
import holdfast.cli.console.Console;
import holdfast.model.HoldfastException;
import holdfast.source.postgres.PostgresSource;
import holdfast.source.postgres.connection.ConnectionTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where databases lie in a snapshot: one at each place.
final class DatabasePlaces {
    private DatabasePlaces() {}

    /// The same without what is named twice in the same words.
    ///
    /// @throws HoldfastException.BadUsage when two would lie at the same place: one of them would
    ///     be missing from the snapshot
    static List<Named> distinct(List<Named> named) {
        Map<String, ConnectionTarget> taken = new HashMap<>();
        List<Named> distinct = new ArrayList<>();
        for (Named source : named) {
            if (!(source instanceof Named.Database database)) {
                distinct.add(source);
                continue;
            }
            ConnectionTarget target = database.target();
            String path = PostgresSource.path(target);
            ConnectionTarget other = taken.putIfAbsent(path, target);
            if (other == null) {
                distinct.add(source);
            } else if (!other.equals(target)) {
                throw new HoldfastException.BadUsage(
                        Console.safe(other.display() + " and " + target.display()
                                + " would lie at the same place in the snapshot, " + path),
                        "name a database once; servers that are told apart by hostaddr only are backed up one by one, or"
                                + " without a host");
            }
        }
        return List.copyOf(distinct);
    }
}
