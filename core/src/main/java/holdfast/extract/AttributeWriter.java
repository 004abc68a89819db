package holdfast.extract;

import holdfast.io.posix.OpenDirectory;
import holdfast.model.Attributes;
import holdfast.model.ExtendedAttribute;
import holdfast.model.Node;
import holdfast.model.NodeType;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Gives a node the attributes it had: owner, extended attributes, mode, times, in this order, since
/// each may undo a later one. What the system refuses is a failure by name; the rest is set all the
/// same.
final class AttributeWriter {
    private final boolean owners;
    private final Failures failures;

    AttributeWriter(boolean owners, Failures failures) {
        this.owners = owners;
        this.failures = failures;
    }

    /// @param path for messages
    void apply(OpenDirectory directory, String name, Node node, String path) {
        Attributes attributes = node.attributes();
        if (owners) {
            attempt(path, "owner", () -> directory.setOwner(name, attributes.uid(), attributes.gid()));
        }
        extended(directory, name, attributes.extended(), path);
        if (node.type() != NodeType.SYMLINK) {
            attempt(path, "mode", () -> directory.setMode(name, attributes.mode()));
        }
        attempt(path, "times", () -> directory.setTimes(name, attributes.atime(), attributes.mtime()));
    }

    private void extended(OpenDirectory directory, String name, List<ExtendedAttribute> wanted, String path) {
        Set<String> surplus = new HashSet<>();
        attempt(path, "extended attributes", () -> surplus.addAll(directory.extendedAttributes(name)));
        for (ExtendedAttribute attribute : wanted) {
            surplus.remove(attribute.name());
            attempt(path, attribute.name(), () -> directory.setExtendedAttribute(name, attribute));
        }
        for (String attribute : surplus) {
            if (!attribute.startsWith("security.")) {
                attempt(path, attribute, () -> directory.removeExtendedAttribute(name, attribute));
            }
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void attempt(String path, String what, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            failures.add(path, "could not set " + what + ": " + Failures.reason(e));
        }
    }
}
