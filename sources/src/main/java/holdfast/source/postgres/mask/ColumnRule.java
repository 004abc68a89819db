package holdfast.source.postgres.mask;

/// A rule as it stands for a column in a profile. Immutable.
///
/// @param domain columns of one domain and rule are masked alike
/// @param place file and line, for messages
record ColumnRule(Rule rule, String domain, String place) {
    /// Whether equal values become equal ones under both.
    boolean like(ColumnRule other) {
        return rule.equals(other.rule) && domain.equals(other.domain);
    }
}
