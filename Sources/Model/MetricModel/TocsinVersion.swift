/// The name and version of this build, for `--version`, build information metrics, User-Agent
/// headers and the APIs.
public enum TocsinVersion {
  /// The version, in semantic versioning.
  public static let current = "0.1.0"
  /// The name and version as HTTP clients and servers write it.
  public static let userAgent = "Tocsin/\(current)"

  /// The version of Alertmanager with which messages, routing and API are compatible; it is shown
  /// where clients expect Alertmanager's version.
  public static let alertmanager = "0.34.0"
}
