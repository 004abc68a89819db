package holdfast.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A storage that fails as it is told to, for tests that ask what is left after each failure. Calls are
/// numbered from 0 in the order they come; a script decides what happens to each. Thread-safe, though with
/// several threads the numbers depend on who is first.
public final class FaultyStorage implements Storage {
    public enum Operation {
        PUT,
        GET,
        GET_RANGE,
        LIST,
        DELETE
    }

    /// What may happen to a call.
    public enum Fault {
        /// All goes well.
        NONE,
        /// Nothing is done, and the call fails.
        REFUSE,
        /// It is done, and then the call fails: the answer was lost. A listing fails after its last file.
        LOSE_ANSWER,
        /// A put stores, and a get returns, only the first half, and says nothing. A listing leaves out half.
        HALVE,
        /// A put stores, and a get returns, content with one bit flipped in the middle, and says nothing.
        FLIP_BIT,
        /// A put or delete is not done, and says nothing. Reading calls are not ignored.
        IGNORE
    }

    /// What may be wrong with a storage, for tests that let it happen at every call in turn.
    public enum Trouble {
        /// One call fails.
        A_CALL_FAILS,
        /// One call is done and seems to have failed.
        AN_ANSWER_IS_LOST,
        /// Nothing is answered any more.
        THE_STORAGE_IS_GONE;

        public FaultyStorage over(Storage storage, int number) {
            return switch (this) {
                case A_CALL_FAILS -> failingCall(storage, number);
                case AN_ANSWER_IS_LOST -> losingAnswer(storage, number);
                case THE_STORAGE_IS_GONE -> failingFrom(storage, number);
            };
        }
    }

    /// One call, as the script sees it.
    public record Call(int number, Operation operation, String name) {}

    /// Which fault a call meets.
    @FunctionalInterface
    public interface Script {
        Fault at(Call call);
    }

    private final Storage storage;
    private final Script script;
    private final List<Call> calls = new ArrayList<>();
    private final List<Call> faults = new ArrayList<>();

    public FaultyStorage(Storage storage, Script script) {
        this.storage = storage;
        this.script = script;
    }

    /// Fails call number `number` and no other.
    public static FaultyStorage failingCall(Storage storage, int number) {
        return new FaultyStorage(storage, call -> call.number() == number ? Fault.REFUSE : Fault.NONE);
    }

    /// Fails call number `number` after having done it, and no other.
    public static FaultyStorage losingAnswer(Storage storage, int number) {
        return new FaultyStorage(storage, call -> call.number() == number ? Fault.LOSE_ANSWER : Fault.NONE);
    }

    /// Fails call number `number` and all that follow, as if the process had been killed or the network cut
    /// there.
    public static FaultyStorage failingFrom(Storage storage, int number) {
        return new FaultyStorage(storage, call -> call.number() >= number ? Fault.REFUSE : Fault.NONE);
    }

    /// Does `fault` to every call that matches.
    public static FaultyStorage whenever(Storage storage, Predicate<Call> matches, Fault fault) {
        return new FaultyStorage(storage, call -> matches.test(call) ? fault : Fault.NONE);
    }

    /// Only counts.
    public static FaultyStorage counting(Storage storage) {
        return new FaultyStorage(storage, _ -> Fault.NONE);
    }

    /// All calls so far, oldest first.
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /// How many calls of one kind there were so far.
    public synchronized long calls(Operation operation) {
        return calls.stream().filter(call -> call.operation() == operation).count();
    }

    /// The calls that met a fault; empty when the script never came to it.
    public synchronized List<Call> faults() {
        return List.copyOf(faults);
    }

    private synchronized Fault next(Operation operation, String name) {
        Call call = new Call(calls.size(), operation, name);
        calls.add(call);
        Fault fault = script.at(call);
        if (fault != Fault.NONE) {
            faults.add(call);
        }
        return fault;
    }

    private static IOException failure(Operation operation, String name) {
        return new IOException("injected fault: " + operation + " " + name);
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        switch (next(Operation.PUT, name)) {
            case NONE -> storage.put(name, content);
            case REFUSE -> throw failure(Operation.PUT, name);
            case LOSE_ANSWER -> {
                storage.put(name, content);
                throw failure(Operation.PUT, name);
            }
            case HALVE -> storage.put(name, halve(content));
            case FLIP_BIT -> storage.put(name, flipBit(content));
            case IGNORE -> {}
        }
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        Fault fault = next(Operation.GET, name);
        return spoil(
                fault, Operation.GET, name, refuse(fault, Operation.GET, name).get(name));
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        Fault fault = next(Operation.GET_RANGE, name);
        Storage willing = refuse(fault, Operation.GET_RANGE, name);
        return spoil(fault, Operation.GET_RANGE, name, willing.get(name, offset, length));
    }

    private Storage refuse(Fault fault, Operation operation, String name) throws IOException {
        if (fault == Fault.REFUSE) {
            throw failure(operation, name);
        }
        return storage;
    }

    private static ByteBuffer spoil(Fault fault, Operation operation, String name, ByteBuffer content)
            throws IOException {
        return switch (fault) {
            case NONE, IGNORE, REFUSE -> content;
            case LOSE_ANSWER -> throw failure(operation, name);
            case HALVE -> halve(content);
            case FLIP_BIT -> flipBit(content);
        };
    }

    private static ByteBuffer halve(ByteBuffer content) {
        return content.slice(content.position(), content.remaining() / 2);
    }

    private static ByteBuffer flipBit(ByteBuffer content) {
        ByteBuffer copy = ByteBuffer.allocate(content.remaining());
        copy.put(content.duplicate()).flip();
        if (copy.hasRemaining()) {
            int middle = copy.limit() / 2;
            copy.put(middle, (byte) (copy.get(middle) ^ 0x10));
        }
        return copy;
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        Fault fault = next(Operation.LIST, prefix);
        List<StoredFile> files;
        try (Stream<StoredFile> listed = refuse(fault, Operation.LIST, prefix).list(prefix)) {
            files = listed.toList();
        }
        return switch (fault) {
            case LOSE_ANSWER ->
                Stream.concat(files.stream(), Stream.of(prefix).map(_ -> {
                    throw new UncheckedIOException(failure(Operation.LIST, prefix));
                }));
            case HALVE -> files.stream().limit(files.size() / 2);
            case NONE, REFUSE, FLIP_BIT, IGNORE -> files.stream();
        };
    }

    @Override
    public void delete(String name) throws IOException {
        Fault fault = next(Operation.DELETE, name);
        if (fault == Fault.REFUSE) {
            throw failure(Operation.DELETE, name);
        }
        if (fault != Fault.IGNORE) {
            storage.delete(name);
        }
        if (fault == Fault.LOSE_ANSWER) {
            throw failure(Operation.DELETE, name);
        }
    }

    @Override
    public String location() {
        return storage.location();
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
