package holdfast.io.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Names of users or of groups, asked of the C library so that directory services count too, and remembered.
final class Accounts {
    private static final int FIRST_BYTES = 4 << 10;
    private static final int MOST_BYTES = 4 << 20;

    private final @Nullable MethodHandle lookUp;
    private final Map<Long, String> known = new ConcurrentHashMap<>();

    @SuppressWarnings("restricted")
    private Accounts(String function) {
        lookUp = Linker.nativeLinker()
                .defaultLookup()
                .find(function)
                .map(address -> Linker.nativeLinker()
                        .downcallHandle(
                                address,
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.JAVA_LONG,
                                        ValueLayout.ADDRESS)))
                .orElse(null);
    }

    static Accounts users() {
        return new Accounts("getpwuid_r");
    }

    static Accounts groups() {
        return new Accounts("getgrgid_r");
    }

    /// Empty when nobody has the number, or when the service that would know does not answer; the latter is asked
    /// again next time.
    String name(long number) {
        String name = known.get(number);
        if (name != null) {
            return name;
        }
        Optional<String> found = ask((int) number);
        found.ifPresent(answer -> known.put(number, answer));
        return found.orElse("");
    }

    private Optional<String> ask(int number) {
        if (lookUp == null) {
            return Optional.of("");
        }
        for (int bytes = FIRST_BYTES; bytes <= MOST_BYTES; bytes *= 8) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment entry = arena.allocate(256, 8);
                MemorySegment buffer = arena.allocate(bytes);
                MemorySegment result = arena.allocate(ValueLayout.ADDRESS);
                int error = (int) lookUp.invokeExact(number, entry, buffer, (long) bytes, result);
                if (error == 0) {
                    boolean nobody = result.get(ValueLayout.ADDRESS, 0).equals(MemorySegment.NULL);
                    return Optional.of(nobody ? "" : firstField(entry));
                }
                if (error != SystemErrors.RANGE) {
                    return error == SystemErrors.NO_ENTRY ? Optional.of("") : Optional.empty();
                }
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
        }
        return Optional.empty();
    }

    /// `pw_name` and `gr_name` are the first field of their structures.
    @SuppressWarnings("restricted")
    private static String firstField(MemorySegment entry) {
        return entry.get(ValueLayout.ADDRESS, 0).reinterpret(MOST_BYTES).getString(0, StandardCharsets.UTF_8);
    }
}
