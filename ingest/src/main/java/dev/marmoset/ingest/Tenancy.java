package dev.marmoset.ingest;

/// How tenants are told apart: by a label that every series gets.
///
/// @param label         name of the label
/// @param defaultTenant its value where no tenant is named
public record Tenancy(String label, String defaultTenant) {
  /// Longest name of a tenant; of an AMP workspace it has 39 characters, of a UUID 36.
  static final int MAX_CHARS = 128;

  /// Checks that neither is empty and the default is a valid tenant.
  public Tenancy {
    if (label.isEmpty() || !problem(defaultTenant).isEmpty()) {
      throw new IllegalArgumentException(
          "tenant label \"" + label + "\", default tenant \"" + defaultTenant + "\": "
              + problem(defaultTenant));
    }
  }

  /// What is wrong with the name of a tenant; empty if nothing is. Thanos refuses what cannot be a directory name, and
  /// so do we, so that a tenant that is valid here is valid there.
  public static String problem(String tenant) {
    if (tenant.isEmpty() || tenant.length() > MAX_CHARS) {
      return "a tenant has 1 to " + MAX_CHARS + " characters";
    }
    if (tenant.equals(".") || tenant.equals("..")) {
      return "a tenant is neither \".\" nor \"..\"";
    }
    for (int i = 0; i < tenant.length(); i++) {
      char c = tenant.charAt(i);
      if (c == '/' || c == '\\' || Character.isISOControl(c)) {
        return "a tenant has no slash, backslash or control character";
      }
    }
    return "";
  }
}
