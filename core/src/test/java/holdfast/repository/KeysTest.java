package holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.storage.FaultyStorage;
import holdfast.storage.FaultyStorage.Fault;
import holdfast.storage.MemoryStorage;
import holdfast.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final Password SECOND = Password.of("battery staple");

    private final MemoryStorage storage = new MemoryStorage();

    private static boolean opens(Storage storage, Password password) throws IOException {
        try (Repository repository = Repository.open(storage, password, Repositories.CLOCK)) {
            return repository.config().version() == 2;
        } catch (HoldfastException.WrongPassword e) {
            return false;
        }
    }

    @Test
    void everyPasswordOpensUntilItsKeyIsRemoved() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            ObjectId second = repository.keys().add(SECOND, Repositories.QUICK);
            assertThat(repository.keys().list())
                    .hasSize(2)
                    .filteredOn(KeyInfo::current)
                    .hasSize(1);
            assertThat(opens(storage, Repositories.PASSWORD)).isTrue();
            assertThat(opens(storage, SECOND)).isTrue();
            assertThat(repository.keys().remove(second.brief())).isEqualTo(second);
            assertThat(opens(storage, SECOND)).isFalse();
        }
    }

    @Test
    void aDamagedKeyIsNamedToWhoeverHasItsPasswordAndHindersNobodyElse() throws IOException {
        ObjectId second;
        try (Repository repository = Repositories.init(storage)) {
            second = repository.keys().add(SECOND, Repositories.QUICK);
        }
        ByteBuffer content = storage.get(Kinds.KEYS + second.hex());
        storage.delete(Kinds.KEYS + second.hex());
        storage.put(Kinds.KEYS + second.hex(), content.slice(0, content.remaining() / 2));
        assertThat(opens(storage, Repositories.PASSWORD)).isTrue();
        assertThatThrownBy(() -> Repository.open(storage, SECOND, Repositories.CLOCK))
                .isInstanceOf(HoldfastException.WrongPassword.class)
                .hasMessageContaining("damaged are keys/" + second);
    }

    @Test
    void theKeyInUseAndTheLastKeyStay() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            String first = repository.keys().list().getFirst().id().hex();
            assertThatThrownBy(() -> repository.keys().remove(first))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class);
            repository.keys().add(SECOND, Repositories.QUICK);
            assertThatThrownBy(() -> repository.keys().remove(first))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("opened with it");
            assertThatThrownBy(() -> repository.keys().remove(""))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class)
                    .hasMessageContaining("2 keys");
            assertThatThrownBy(() -> repository.keys().remove("zz"))
                    .isInstanceOf(HoldfastException.PreCheckFailed.class);
            try (Repository other = Repository.open(storage, SECOND, Repositories.CLOCK)) {
                other.keys().remove(first);
            }
        }
        assertThat(opens(storage, Repositories.PASSWORD)).isFalse();
    }

    @Test
    void aChangedPasswordReplacesTheOldOneAndTheRestOfTheKeysStay() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            repository.keys().add(SECOND, Repositories.QUICK);
            repository.keys().changePassword(Password.of("new"), Repositories.QUICK);
            repository.keys().changePassword(Password.of("newer"), Repositories.QUICK);
            assertThat(repository.keys().list()).hasSize(2);
        }
        assertThat(opens(storage, Repositories.PASSWORD)).isFalse();
        assertThat(opens(storage, Password.of("new"))).isFalse();
        assertThat(opens(storage, Password.of("newer"))).isTrue();
        assertThat(opens(storage, SECOND)).isTrue();
    }

    /// Goal: no failure while the password is changed locks anybody out. Method: fail each call in turn, with and
    /// without its being done, and open with the old or the new password afterwards.
    @Test
    void changingThePasswordNeverLocksOneOut() throws IOException {
        for (Fault fault : new Fault[] {Fault.REFUSE, Fault.LOSE_ANSWER, Fault.HALVE, Fault.FLIP_BIT, Fault.IGNORE}) {
            boolean met = true;
            for (int failAt = 0; met; failAt++) {
                MemoryStorage fresh = new MemoryStorage();
                Repositories.init(fresh).close();
                int number = failAt;
                FaultyStorage faulty = FaultyStorage.whenever(fresh, call -> call.number() == number, fault);
                try (Repository repository = Repositories.open(faulty)) {
                    repository.keys().changePassword(SECOND, Repositories.QUICK);
                } catch (IOException | HoldfastException e) {
                    // whatever it was, one of the passwords must open it
                }
                met = !faulty.faults().isEmpty();
                assertThat(opens(fresh, Repositories.PASSWORD) || opens(fresh, SECOND))
                        .as("%s of call %d", fault, failAt)
                        .isTrue();
            }
        }
    }

    /// As [#changingThePasswordNeverLocksOneOut], for adding a key and for removing one: the password in use opens it
    /// whatever happens, and the same command, given again, does what it says.
    @Test
    void addingAndRemovingKeysNeverLocksOneOut() throws IOException {
        for (boolean add : new boolean[] {true, false}) {
            for (Fault fault : Fault.values()) {
                boolean met = true;
                for (int failAt = 0; met; failAt++) {
                    MemoryStorage fresh = new MemoryStorage();
                    ObjectId second = null;
                    try (Repository repository = Repositories.init(fresh)) {
                        second = add ? null : repository.keys().add(SECOND, Repositories.QUICK);
                    }
                    int number = failAt;
                    FaultyStorage faulty = FaultyStorage.whenever(fresh, call -> call.number() == number, fault);
                    try (Repository repository = Repositories.open(faulty)) {
                        addOrRemove(repository, second);
                    } catch (IOException | HoldfastException e) {
                        assertThat(e.getMessage())
                                .as("%s of call %d", fault, failAt)
                                .isNotBlank();
                    }
                    met = !faulty.faults().isEmpty();
                    try (Repository repository = Repositories.open(fresh)) {
                        if (add || opens(fresh, SECOND)) {
                            addOrRemove(repository, second);
                        }
                    }
                    assertThat(opens(fresh, SECOND))
                            .as("%s of call %d", fault, failAt)
                            .isEqualTo(add);
                }
            }
        }
    }

    private static void addOrRemove(Repository repository, @Nullable ObjectId second) throws IOException {
        if (second == null) {
            repository.keys().add(SECOND, Repositories.QUICK);
        } else {
            repository.keys().remove(second.hex());
        }
    }

    @Test
    void aDamagedKeyFileHindersOnlyItself() throws IOException {
        try (Repository repository = Repositories.init(storage)) {
            repository.keys().add(SECOND, Repositories.QUICK);
        }
        byte[] junk = "{\"kdf\":\"scrypt\"".getBytes(StandardCharsets.UTF_8);
        storage.put(Kinds.KEYS + ObjectId.hash(junk).hex(), ByteBuffer.wrap(junk));
        storage.put(Kinds.KEYS + "0".repeat(64), ByteBuffer.wrap(junk));
        assertThat(opens(storage, SECOND)).isTrue();
        assertThat(opens(storage, Password.of("wrong"))).isFalse();
    }

    @Test
    void aKeyOfAnotherRepositoryWithTheSamePasswordIsPassedOver() throws IOException {
        MemoryStorage other = new MemoryStorage();
        Repository.init(other, Repositories.PASSWORD, Repositories.QUICK, () -> Repositories.NOW.plusSeconds(60))
                .close();
        Repositories.init(storage).close();
        ObjectId stray = RawFiles.list(other, Kinds.KEYS).getFirst();
        storage.put(Kinds.KEYS + stray.hex(), other.get(Kinds.KEYS + stray.hex()));
        assertThat(opens(storage, Repositories.PASSWORD)).isTrue();
    }

    @Test
    void damageToWhatOpensTheRepositoryIsNamed() throws IOException {
        Repositories.init(storage).close();
        MemoryStorage noConfig = copy("config");
        assertThatThrownBy(() -> Repositories.open(noConfig)).isInstanceOf(HoldfastException.NoRepository.class);
        MemoryStorage noKeys = copy(Kinds.KEYS);
        assertThatThrownBy(() -> Repositories.open(noKeys))
                .isInstanceOf(HoldfastException.Damaged.class)
                .hasMessageContaining("keys/");
        MemoryStorage badConfig = copy("config");
        ByteBuffer config = ByteBuffer.allocate(storage.get("config").remaining());
        config.put(storage.get("config")).flip();
        config.put(20, (byte) (config.get(20) ^ 1));
        badConfig.put("config", config);
        assertThatThrownBy(() -> Repositories.open(badConfig))
                .isInstanceOf(HoldfastException.Damaged.class)
                .hasMessageContaining("config");
        MemoryStorage emptyConfig = copy("config");
        emptyConfig.put("config", ByteBuffer.allocate(0));
        assertThatThrownBy(() -> Repositories.open(emptyConfig)).isInstanceOf(HoldfastException.Damaged.class);
    }

    private MemoryStorage copy(String without) throws IOException {
        MemoryStorage copy = new MemoryStorage();
        ObjectId key = RawFiles.list(storage, Kinds.KEYS).getFirst();
        for (String name : new String[] {"config", Kinds.KEYS + key.hex()}) {
            if (!name.startsWith(without)) {
                copy.put(name, storage.get(name));
            }
        }
        return copy;
    }

    @Test
    void initAfterACrashedInitWorksAndAfterLostConfigIsRefused() throws IOException {
        FaultyStorage crashing =
                FaultyStorage.whenever(storage, call -> call.name().equals("config"), Fault.REFUSE);
        assertThatThrownBy(() -> Repositories.init(crashing)).isInstanceOf(IOException.class);
        FaultyStorage late = FaultyStorage.whenever(
                storage,
                call -> call.name().equals("config") && call.operation() == FaultyStorage.Operation.PUT,
                Fault.REFUSE);
        assertThatThrownBy(() -> Repositories.init(late)).isInstanceOf(IOException.class);
        assertThat(RawFiles.list(storage, Kinds.KEYS)).hasSize(1);
        Repositories.init(storage).close();
        assertThat(RawFiles.list(storage, Kinds.KEYS)).hasSize(1);
        assertThat(opens(storage, Repositories.PASSWORD)).isTrue();

        MemoryStorage lost = new MemoryStorage();
        try (Repository repository = Repositories.init(lost)) {
            Repositories.backUp(repository, List.of(new byte[1]));
        }
        lost.delete("config");
        assertThatThrownBy(() -> Repositories.init(lost))
                .isInstanceOf(HoldfastException.PreCheckFailed.class)
                .hasMessageContaining("`config` is missing");
        assertThatThrownBy(() -> Repositories.open(lost)).isInstanceOf(HoldfastException.Damaged.class);
    }

    @Test
    void passwordsAreNeverShownAndNeverEmptyByAccident() throws IOException {
        assertThat(SECOND).hasToString("***").isEqualTo(Password.of("battery staple"));
        assertThatThrownBy(() -> Password.of("")).isInstanceOf(IllegalArgumentException.class);
        Repository.init(storage, Password.empty(), Repositories.QUICK, Repositories.CLOCK)
                .close();
        assertThat(opens(storage, Password.empty())).isTrue();
        assertThat(opens(storage, SECOND)).isFalse();
    }
}
