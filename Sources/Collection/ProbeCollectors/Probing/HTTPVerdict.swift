import PatternMatching
import WebClient

/// The result of a module's tests of a response, in the order of blackbox_exporter.
struct HTTPVerdict: Hashable {
  /// The first failed test; nil for success.
  var failure: ProbeFailure?

  /// Whether a regular expression caused the failure.
  var isDueToRegex: Bool { failure?.reason == .header || failure?.reason == .body }

  init(_ response: WebResponse, by settings: HTTPProbeSettings) {
    let isTLS = response.effectiveOrigin.hasPrefix("https://")
    let failure: ProbeFailure.Reason? =
      if !Self.isValid(status: response.status, settings) {
        .status
      } else if !Self.passesHeaders(response.headers, settings) {
        .header
      } else if !Self.passesBody(response.body, settings) {
        .body
      } else if !Self.isValid(version: response.httpVersion, settings) {
        .httpVersion
      } else if isTLS, settings.failsIfTLS {
        .encrypted
      } else if !isTLS, settings.failsIfNotTLS {
        .plaintext
      } else {
        nil
      }
    self.failure = failure.map(ProbeFailure.init)
  }

  private static func isValid(status: Int, _ settings: HTTPProbeSettings) -> Bool {
    settings.validStatusCodes.isEmpty
      ? (200..<300).contains(status) : settings.validStatusCodes.contains(status)
  }

  private static func isValid(version: String, _ settings: HTTPProbeSettings) -> Bool {
    let whole = version.utf8.contains(UInt8(ascii: ".")) ? version : version + ".0"
    return settings.validHTTPVersions.isEmpty
      || settings.validHTTPVersions.contains { $0 == "HTTP/" + whole || $0 == "HTTP/" + version }
  }

  private static func passesHeaders(
    _ headers: ResponseHeaders, _ settings: HTTPProbeSettings
  ) -> Bool {
    for test in settings.failsIfHeaderMatches {
      let values = headers.values(test.header)
      if values.isEmpty, !test.allowsMissing { return false }
      if values.contains(where: { test.pattern.matches($0) }) { return false }
    }
    for test in settings.failsIfHeaderMatchesNot {
      let values = headers.values(test.header)
      if values.isEmpty, test.allowsMissing { continue }
      if !values.contains(where: { test.pattern.matches($0) }) { return false }
    }
    return true
  }

  private static func passesBody(_ body: [UInt8], _ settings: HTTPProbeSettings) -> Bool {
    !settings.failsIfBodyMatches.contains { $0.matches(body.span) }
      && settings.failsIfBodyMatchesNot.allSatisfy { $0.matches(body.span) }
  }
}
