package holdfast.source.postgres.mask;

import holdfast.model.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads the YAML that people need for settings: mappings, lists and values. Tags, anchors and
/// aliases are refused, so no file can make objects or grow in memory; a key that stands twice is
/// a problem. One document of at most 1 MiB and twelve levels. Used by one thread.
final class YamlFile {
    private static final int BYTES_MOST = 1 << 20;
    private static final int LEVELS_MOST = 12;

    private final String name;
    private final Problems problems;
    private final Iterator<Event> events;

    private YamlFile(String name, String text, Problems problems) {
        this.name = name;
        this.problems = problems;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setCodePointLimit(BYTES_MOST)
                .build();
        events = new Parse(settings).parseString(text).iterator();
    }

    /// @param problems told of keys that stand twice
    /// @throws HoldfastException.BadUsage when the file cannot be read or is no such YAML
    static YamlNode read(Path file, Problems problems) {
        String name = file.getFileName() == null
                ? file.toString()
                : file.getFileName().toString();
        try {
            return new YamlFile(name, text(file), problems).document();
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(mark -> ":" + line(mark)).orElse("");
            throw refused(name + line, e.getProblem() == null ? "it is no YAML" : e.getProblem());
        } catch (YamlEngineException _) {
            throw refused(name, "it is no YAML");
        }
    }

    private static String text(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MOST + 1);
        } catch (IOException e) {
            throw new HoldfastException.BadUsage(
                    "cannot read the mask profile " + file + ": " + reason(e), "check its name and who may read it");
        }
        if (bytes.length > BYTES_MOST) {
            throw refused(file.toString(), "it is longer than 1 MiB");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            throw refused(file.toString(), "it is not written in UTF-8");
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException
                ? "there is no such file"
                : e instanceof java.nio.file.AccessDeniedException
                        ? "permission denied"
                        : String.valueOf(e.getMessage());
    }

    private static HoldfastException.BadUsage refused(String place, String why) {
        return new HoldfastException.BadUsage(
                "cannot read the mask profile " + place + ": " + why, "see docs/MASKING.md for its form");
    }

    private YamlNode document() {
        // the stream begins
        events.next();
        if (events.next().getEventId() == Event.ID.StreamEnd) {
            return new YamlNode.Mapping(1, Map.of());
        }
        YamlNode root = node(events.next(), 0);
        events.next();
        if (events.next().getEventId() != Event.ID.StreamEnd) {
            throw refused(name, "it holds more than one document");
        }
        return root;
    }

    private YamlNode node(Event event, int level) {
        if (level > LEVELS_MOST) {
            throw refused(place(event), "it goes too deep");
        }
        return switch (event) {
            case AliasEvent _ -> throw refused(place(event), "an alias (*) is not understood here");
            case ScalarEvent scalar -> {
                requirePlain(event, scalar.getTag(), scalar.getAnchor().isPresent());
                yield new YamlNode.Scalar(line(event), scalar.getValue());
            }
            case CollectionStartEvent start -> {
                requirePlain(event, start.getTag(), start.getAnchor().isPresent());
                yield start.getEventId() == Event.ID.MappingStart ? mapping(event, level) : sequence(event, level);
            }
            default -> throw refused(place(event), "a value is missing");
        };
    }

    private void requirePlain(Event event, Optional<String> tag, boolean anchor) {
        if (tag.isPresent()) {
            throw refused(place(event), "a tag (!) is not understood here");
        }
        if (anchor) {
            throw refused(place(event), "an anchor (&) is not understood here");
        }
    }

    private YamlNode sequence(Event start, int level) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, level + 1));
        }
        return new YamlNode.Sequence(line(start), items);
    }

    private YamlNode mapping(Event start, int level) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(node(event, level + 1) instanceof YamlNode.Scalar key)) {
                throw refused(place(event), "a key must be a single word or text");
            }
            YamlNode value = node(events.next(), level + 1);
            YamlNode.Entry before = entries.putIfAbsent(key.text(), new YamlNode.Entry(key.line(), value));
            if (before != null) {
                problems.error(
                        place(event),
                        key.text() + " stands here again, first in line " + before.line(),
                        "keep one of them");
            }
        }
        return new YamlNode.Mapping(line(start), entries);
    }

    private String place(Event event) {
        return name + ":" + line(event);
    }

    private static int line(Event event) {
        return event.getStartMark().map(YamlFile::line).orElse(1);
    }

    private static int line(Mark mark) {
        return mark.getLine() + 1;
    }
}
