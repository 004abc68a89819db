package holdfast.model;

/// One thing that was checked, and how it came out.
///
/// @param subject what was looked at, for instance `app.db: table orders`
/// @param passed whether it is as it should be
/// @param detail what was found, in a few words; never a secret
public record CheckResult(String subject, boolean passed, String detail) {
    public static CheckResult pass(String subject, String detail) {
        return new CheckResult(subject, true, detail);
    }

    public static CheckResult fail(String subject, String detail) {
        return new CheckResult(subject, false, detail);
    }
}
