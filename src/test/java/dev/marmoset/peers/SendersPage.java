package dev.marmoset.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// `docs/senders.md`: what it shows is what the tests run, so it cannot be wrong without a test that fails.
///
/// A fenced block below a line `<!-- tested: NAME -->` is used under that name. A block below `<!-- not tested -->` is for
/// people only; a block below neither is an error. One thread.
public final class SendersPage {
  private static final Pattern BLOCK =
      Pattern.compile("(?m)(?:^<!-- (tested: (\\S+)|not tested) -->\\n)?^```\\S*\\n((?s:.*?))^```$");

  private final Map<String, String> blocks = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();

  private SendersPage() {}

  /// Reads it.
  public static SendersPage read() {
    var path = Peers.root().resolve("docs/senders.md");
    var page = new SendersPage();
    try {
      var block = BLOCK.matcher(Files.readString(path));
      while (block.find()) {
        if (block.group(1) == null) {
          throw new IllegalStateException(
              "reading " + path + ": a block is neither tested nor said not to be: "
                  + block.group(3));
        }
        String name = block.group(2);
        if (name != null && page.blocks.put(name, block.group(3)) != null) {
          throw new IllegalStateException("reading " + path + ": two blocks are named " + name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + path, e);
    }
    return page;
  }

  /// A block with the reader's own places put in.
  ///
  /// @param places what stands for something of the reader's, e.g. `marmoset:10902`, and what it is here; each must occur
  public String block(String name, Map<String, String> places) {
    String text = blocks.get(name);
    if (text == null) {
      throw new IllegalStateException("docs/senders.md has no block " + name + ", only " + blocks.keySet());
    }
    used.add(name);
    for (var place : places.entrySet()) {
      if (!text.contains(place.getKey())) {
        throw new IllegalStateException("block " + name + " of docs/senders.md lacks " + place.getKey());
      }
      text = text.replace(place.getKey(), place.getValue());
    }
    return text;
  }

  /// A block that is one command, as words; single quotes are taken off, as a shell does.
  public List<String> command(String name, Map<String, String> places) {
    return List.of(block(name, places).replace("\\\n", " ").replace("'", "").strip().split("\\s+"));
  }

  /// Names of blocks that say they are tested and were not asked for.
  public Set<String> unused() {
    var names = new LinkedHashSet<>(blocks.keySet());
    names.removeAll(used);
    return names;
  }
}
