package holdfast.cli.export;

import java.nio.file.Path;

/// One thing that an export made.
///
/// @param path of the file, or of the folder
/// @param bytes of the file, or of all files of the folder
/// @param sha256 of the file; empty for a folder
public record ExportedFile(Path path, long bytes, String sha256) {}
