package holdfast.backup;

/// Where a snapshot comes from.
///
/// @param host name of the machine, by which snapshots are grouped
/// @param operator who runs the backup
/// @param environment for instance `production`; may be empty
/// @param program name and version of the program, for instance `holdfast 0.1.0`
public record Origin(String host, String operator, long uid, long gid, String environment, String program) {}
