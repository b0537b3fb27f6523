package dev.marmoset.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a process has used so far, from `/proc`.
///
/// @param cpuSeconds   user and system time of all its threads
/// @param rssKib       resident memory now
/// @param anonKib      of that, anonymous
/// @param peakKib      most resident memory so far
/// @param writtenBytes bytes it made the system write to disks
record ProcessUsage(double cpuSeconds, long rssKib, long anonKib, long peakKib, long writtenBytes) {
  /// `USER_HZ`, which Linux fixes for what it shows to programs.
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  /// Now.
  static ProcessUsage of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    String stat = Files.readString(proc.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    String status = Files.readString(proc.resolve("status"));
    long written = number(Files.readString(proc.resolve("io")), "write_bytes");
    return new ProcessUsage(
        (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND,
        number(status, "VmRSS"), number(status, "RssAnon"), number(status, "VmHWM"), written);
  }

  private static long number(String text, String name) {
    Matcher found = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(text);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
