/// SQLite databases as a source: one consistent copy while other processes write, checked and fingerprinted
/// table by table, and put back in place of a live database without a moment in which neither the old nor the
/// new one is there.
///
/// Everything rests on SQLite's published formats: the database file (sqlite.org/fileformat2.html), the
/// write-ahead log and its index (sqlite.org/walformat.html), and its locking (sqlite.org/lockingv3.html,
/// sqlite.org/wal.html). May use `model`, the port in `source`, and the SQLite driver.
@NullMarked
package holdfast.source.sqlite;

import org.jspecify.annotations.NullMarked;
