package holdfast.io.posix;

/// What an access to files can keep that not every one can. Asked beforehand, never found out by failing.
public enum Capability {
    /// Names of any bytes, valid UTF-8 or not.
    ANY_NAME,
    /// Paths longer than the system accepts in one call.
    DEEP_PATHS,
    /// Times can be set to the nanosecond and before 1970. Without it to the microsecond, and earlier times become
    /// 1970.
    EXACT_TIMES,
    /// Extended attributes of every class, on every kind of node: `user.`, `trusted.`, `security.`, POSIX ACLs.
    /// Without it only `user.` attributes of files and directories.
    ALL_EXTENDED_ATTRIBUTES,
    /// FIFOs, sockets and devices can be made.
    SPECIAL_FILES,
    /// Holes of sparse files can be found without reading them.
    HOLES,
    /// Two names can be swapped in one step.
    EXCHANGE,
    /// Reading leaves the time of the last access alone, where the owner of the file permits.
    QUIET_READING,
    /// One call forces a whole file system to the disk. Without it every file and directory must be forced.
    FORCE_FILE_SYSTEM
}
