package holdfast.io.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LinuxFilesTest extends HostFilesContract {
    @Override
    HostFiles files() {
        return LinuxFiles.INSTANCE;
    }

    @Test
    void accountsAreKnownByName() {
        assertThat(files().userName(0)).isEqualTo("root");
        assertThat(files().groupName(0)).isEqualTo("root");
        assertThat(files().userName(3_999_999_999L)).isEmpty();
        assertThat(files().groupName(3_999_999_999L)).isEmpty();
    }

    @Test
    void whatIsClosedIsNotUsedAgain() throws IOException {
        OpenDirectory closed = files().open(folder.toString());
        OpenFile file = closed.create("file");
        file.close();
        file.close();
        assertThatThrownBy(file::status).isInstanceOf(ClosedChannelException.class);
        closed.close();
        assertThatThrownBy(closed::names).isInstanceOf(ClosedChannelException.class);
    }
}
