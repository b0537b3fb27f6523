package dev.marmoset.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What a server process holds right now, from outside.
///
/// @param heapKib live objects: used heap right after a collection
/// @param rssKib  resident memory
record ServerMemory(long heapKib, long rssKib) {
  private static final Pattern USED =
      Pattern.compile("(?m)^\\s*(?:DefNew|Tenured|garbage-first heap)\\s.*\\bused (\\d+)K");
  private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  /// Asks the JVM for a full collection first.
  static ServerMemory of(long pid) throws IOException, InterruptedException {
    String _ = jcmd(pid, "GC.run");
    // Serial has a line for each generation, G1 one for the heap.
    long heap =
        USED.matcher(jcmd(pid, "GC.heap_info")).results().mapToLong(r -> Long.parseLong(r.group(1))).sum();
    var rss = RSS.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
    if (heap == 0 || !rss.find()) {
      throw new IOException("reading the memory of process " + pid);
    }
    return new ServerMemory(heap, Long.parseLong(rss.group(1)));
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
        Long.toString(pid), command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("jcmd " + pid + " " + command + ": " + said);
    }
    return said;
  }
}
