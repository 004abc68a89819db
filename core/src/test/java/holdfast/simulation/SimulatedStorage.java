package holdfast.simulation;

import holdfast.storage.Storage;
import holdfast.storage.StoredFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The storage as one process sees it. Before every call other threads and processes have their turn, and then the
/// weather decides what becomes of it.
final class SimulatedStorage implements Storage {
    private final World world;
    private final SimulatedProcess process;

    SimulatedStorage(World world, SimulatedProcess process) {
        this.world = world;
        this.process = process;
    }

    @Override
    public void put(String name, ByteBuffer content) throws IOException {
        byte[] bytes = new byte[content.remaining()];
        content.get(content.position(), bytes);
        boolean lost = world.arrive(process, Call.PUT, name);
        if (!world.disk().link(name, bytes)) {
            world.tell(process, Call.PUT, name, "is there already");
            throw new FileAlreadyExistsException(name);
        }
        world.stored(process, name);
        world.tell(process, Call.PUT, name, bytes.length + " bytes");
        world.visible(process);
        world.disk().force(name);
        answer(lost, Call.PUT, name);
    }

    private void answer(boolean lost, Call call, String name) throws IOException {
        if (lost) {
            world.tell(process, call, name, "answer lost");
            throw new IOException("simulated: the answer was lost");
        }
    }

    @Override
    public ByteBuffer get(String name) throws IOException {
        byte[] content = content(Call.GET, name);
        return ByteBuffer.wrap(content.clone());
    }

    @Override
    public ByteBuffer get(String name, long offset, int length) throws IOException {
        byte[] content = content(Call.GET_RANGE, name);
        if (offset > content.length - length) {
            throw new EOFException(name + ": has " + content.length + " bytes");
        }
        return ByteBuffer.wrap(content.clone(), (int) offset, length).slice();
    }

    private byte[] content(Call call, String name) throws IOException {
        boolean lost = world.arrive(process, call, name);
        byte[] content = world.disk().get(name);
        world.tell(process, call, name, content == null ? "is not there" : content.length + " bytes");
        if (content == null) {
            throw new NoSuchFileException(name);
        }
        answer(lost, call, name);
        return content;
    }

    @Override
    public Stream<StoredFile> list(String prefix) throws IOException {
        boolean lost = world.arrive(process, Call.LIST, prefix);
        List<StoredFile> shown = new ArrayList<>();
        world.listing(process, prefix).forEach((name, content) -> shown.add(new StoredFile(name, content.length)));
        world.tell(process, Call.LIST, prefix, shown.size() + " files");
        answer(lost, Call.LIST, prefix);
        return shown.stream();
    }

    @Override
    public void delete(String name) throws IOException {
        boolean lost = world.arrive(process, Call.DELETE, name);
        boolean there = world.disk().get(name) != null;
        world.disk().delete(name);
        if (there) {
            world.removed(process, name);
        }
        world.tell(process, Call.DELETE, name, there ? "gone" : "was not there");
        answer(lost, Call.DELETE, name);
    }

    @Override
    public String location() {
        return "simulation";
    }

    @Override
    public void close() {}

    /// The operations of a storage.
    enum Call {
        PUT,
        GET,
        GET_RANGE,
        LIST,
        DELETE
    }
}
