package holdfast.io.posix;

import holdfast.io.posix.Architecture.Call;
import holdfast.model.FileNames;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystemException;

/// One conversation with the Linux kernel and the native memory it takes; closed after it. Used by one thread.
///
/// Every call goes through the C library's `syscall(2)`: one function that glibc and musl of every age have, instead
/// of some thirty that they may lack, and the kernel's numbers and structures never change.
final class Kernel implements AutoCloseable {
    static final Architecture ARCHITECTURE = currentOrDefault();

    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    @SuppressWarnings("restricted")
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());

    private static Architecture currentOrDefault() {
        Architecture current = Architecture.current();
        if (current == null) {
            throw new IllegalStateException("no Linux that is known here");
        }
        return current;
    }

    /// Zeroed memory that lives until this is closed.
    MemorySegment memory(long bytes) {
        return arena.allocate(bytes, 8);
    }

    /// The address of a name or path as the kernel wants it.
    long text(String name, Location at) throws FileSystemException {
        byte[] bytes;
        try {
            bytes = FileNames.encode(name);
        } catch (IllegalArgumentException e) {
            throw new FileSystemException(at.toString(), null, "no name of this system: " + e.getMessage());
        }
        MemorySegment text = arena.allocate(bytes.length + 1L);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw new FileSystemException(at.toString(), null, "a name with a NUL");
            }
            text.set(ValueLayout.JAVA_BYTE, i, bytes[i]);
        }
        return text.address();
    }

    long call(Call call, long a) {
        return call(call, a, 0, 0, 0, 0);
    }

    long call(Call call, long a, long b) {
        return call(call, a, b, 0, 0, 0);
    }

    long call(Call call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0);
    }

    long call(Call call, long a, long b, long c, long d) {
        return call(call, a, b, c, d, 0);
    }

    /// Calls until no signal interrupts.
    ///
    /// @return the result, or the negated error number
    long call(Call call, long a, long b, long c, long d, long e) {
        long number = ARCHITECTURE.number(call);
        while (true) {
            long result;
            try {
                result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e);
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
            if (result != -1) {
                return result;
            }
            int error = (int) ERRNO.get(state, 0L);
            if (error != SystemErrors.INTERRUPTED || call == Call.CLOSE) {
                return -error;
            }
        }
    }

    /// The result of a call, or its error as an exception.
    static long check(long result, Location at) throws FileSystemException {
        if (result < 0) {
            throw SystemErrors.exception((int) -result, at.toString());
        }
        return result;
    }

    @Override
    public void close() {
        arena.close();
    }
}
