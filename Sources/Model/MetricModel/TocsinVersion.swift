/// What this build calls itself, in `--version`, build information metrics, User-Agent headers and the APIs.
public enum TocsinVersion {
  /// The version, in semantic versioning.
  public static let current = "0.1.0"
  /// The name and version as HTTP clients and servers write it.
  public static let userAgent = "Tocsin/\(current)"
}
