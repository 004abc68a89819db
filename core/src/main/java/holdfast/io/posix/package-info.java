/// Files as the operating system knows them: every name, every attribute, every kind of node, reached through open
/// directories so that no path is too long and no symbolic link is followed by mistake. Start at
/// [holdfast.io.posix.HostFiles#system()]. On Linux these are the kernel's own calls; elsewhere `java.nio` with what
/// it can do, which [holdfast.io.posix.Capability] tells. Uses `model` only.
@NullMarked
package holdfast.io.posix;

import org.jspecify.annotations.NullMarked;
