package holdfast.cli.console;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The width of the terminal behind stderr as it is now: windows are resized while the program runs.
@SuppressWarnings("restricted") // the one call
final class WindowSize {
    private static final int STDERR = 2;
    /// TIOCGWINSZ.
    private static final long GET = System.getProperty("os.name", "").startsWith("Mac") ? 0x40087468L : 0x5413L;
    /// struct winsize: rows, columns, and both in pixels, 16 bits each.
    private static final int BYTES = 8;
    private static final int COLUMNS_AT = 2;

    private static final MethodHandle IOCTL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));

    private WindowSize() {}

    /// 0 when the kernel does not say.
    static int columns() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(BYTES, Short.BYTES);
            int result = (int) IOCTL.invokeExact(STDERR, GET, size);
            return result == 0 ? Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, COLUMNS_AT)) : 0;
        } catch (Throwable e) {
            throw new LinkageError("cannot call ioctl", e);
        }
    }
}
