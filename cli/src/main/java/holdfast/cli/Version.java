package holdfast.cli;

import picocli.CommandLine.IVersionProvider;

/// Which Holdfast this is.
final class Version implements IVersionProvider {
    private static final String UNPACKED = "development";

    /// As the jar's manifest says it, for instance `0.1.0`.
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version.replace("-SNAPSHOT", "");
    }

    /// The name by which snapshots say what made them.
    static String program() {
        return "holdfast " + number();
    }

    @Override
    public String[] getVersion() {
        return new String[] {program()};
    }
}
