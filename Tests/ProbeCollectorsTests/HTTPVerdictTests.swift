import PatternMatching
import Testing

@testable import ProbeCollectors
@testable import WebClient

private func response(
  _ status: Int = 200, _ headers: HTTPHeaders = [:], body: String = "", version: String = "1.1",
  scheme: String = "http"
) -> WebResponse {
  let lines = headers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
  return WebResponse(
    status: status, headers: ResponseHeaders(Array(lines.utf8)), body: Array(body.utf8),
    timings: WebTimings(),
    effectiveOrigin: "\(scheme)://host:1", redirects: 0, httpVersion: version, remoteAddress: "")
}

private func reason(
  _ response: WebResponse, _ change: (inout HTTPProbeSettings) throws -> Void = { _ in }
) rethrows -> ProbeFailure.Reason? {
  var settings = HTTPProbeSettings()
  try change(&settings)
  return HTTPVerdict(response, by: settings).failure?.reason
}

@Test(arguments: [
  (200, [], true), (299, [], true), (199, [], false), (300, [], false), (404, [], false),
  (404, [404], true), (200, [404, 410], false),
])
func judgesTheStatus(status: Int, valid: [Int], passes: Bool) {
  #expect(reason(response(status)) { $0.validStatusCodes = valid } == (passes ? nil : .status))
}

@Test(arguments: [
  ("up and running", ["down"], [], true), ("it is down", ["down"], [], false),
  ("it is up", [], ["up"], true), ("it is down", [], ["up"], false), ("", [], [""], true),
  ("up", [], ["up", "running"], false), ("a\nb", ["a.b"], [], true),
  ("a\nb", ["(?s)a.b"], [], false),
])
func judgesTheBody(body: String, bad: [String], good: [String], passes: Bool) throws {
  let reason = try reason(response(body: body)) { settings in
    settings.failsIfBodyMatches = try bad.map(HTTPProbeSettings.pattern)
    settings.failsIfBodyMatchesNot = try good.map(HTTPProbeSettings.pattern)
  }
  #expect(reason == (passes ? nil : .body))
}

@Test(arguments: [
  ("fails if", "nginx", false, false), ("fails if", "apache", false, true),
  ("fails unless", "nginx", false, true), ("fails unless", "apache", false, false),
])
func judgesHeaders(kind: String, pattern: String, allowsMissing: Bool, passes: Bool) throws {
  let test = HTTPProbeSettings.HeaderTest(
    header: "server", pattern: try HTTPProbeSettings.pattern(pattern), allowsMissing: allowsMissing)
  let reason = reason(response(200, ["Server": "nginx/1"])) { settings in
    if kind == "fails if" {
      settings.failsIfHeaderMatches = [test]
    } else {
      settings.failsIfHeaderMatchesNot = [test]
    }
  }
  #expect(reason == (passes ? nil : .header))
}

@Test(arguments: [true, false]) func missingHeadersFailUnlessAllowed(isAllowed: Bool) throws {
  let test = HTTPProbeSettings.HeaderTest(
    header: "X-Gone", pattern: try HTTPProbeSettings.pattern("."), allowsMissing: isAllowed)
  #expect(
    reason(response()) { $0.failsIfHeaderMatches = [test] } == (isAllowed ? nil : .header))
  #expect(
    reason(response()) { $0.failsIfHeaderMatchesNot = [test] } == (isAllowed ? nil : .header))
}

@Test func judgesTheProtocol() {
  #expect(reason(response()) { $0.validHTTPVersions = ["HTTP/1.1", "HTTP/2.0"] } == nil)
  #expect(reason(response(version: "2")) { $0.validHTTPVersions = ["HTTP/2.0"] } == nil)
  #expect(reason(response(version: "2")) { $0.validHTTPVersions = ["HTTP/2"] } == nil)
  #expect(reason(response()) { $0.validHTTPVersions = ["HTTP/2.0"] } == .httpVersion)
  #expect(reason(response()) { $0.failsIfNotTLS = true } == .plaintext)
  #expect(reason(response(scheme: "https")) { $0.failsIfNotTLS = true } == nil)
  #expect(reason(response(scheme: "https")) { $0.failsIfTLS = true } == .encrypted)
  #expect(reason(response()) { $0.failsIfTLS = true } == nil)
}

@Test func onlyRegularExpressionsCountAsSuch() throws {
  var settings = HTTPProbeSettings()
  settings.failsIfBodyMatches = [try HTTPProbeSettings.pattern("bad")]
  #expect(HTTPVerdict(response(body: "bad"), by: settings).isDueToRegex)
  // The status is judged first.
  #expect(!HTTPVerdict(response(500, body: "bad"), by: settings).isDueToRegex)
}

private func certificate(_ subject: String, by issuer: String, day: Int) -> WebCertificate {
  WebCertificate(fields: [
    "Subject:\(subject)", "Issuer:\(issuer)", "Expire date:Jan \(day) 00:00:00 1970 GMT",
  ])
}

@Test func theEarliestExpiryIsOfAllThatWasSent() {
  let chain = CertificateChain(
    [
      certificate("leaf", by: "middle", day: 5), certificate("middle", by: "root", day: 4),
      certificate("crossed", by: "other", day: 2),
    ], isVerified: true)
  #expect(chain.earliestExpiry == 86_400)
  #expect(chain.pathExpiry == 3 * 86_400)
}

@Test func chainsThatWereNotVerifiedHaveNoEnd() {
  let certificates = [certificate("a", by: "b", day: 2), certificate("b", by: "a", day: 3)]
  #expect(CertificateChain(certificates, isVerified: false).pathExpiry == -62_135_596_800)
  #expect(CertificateChain(certificates, isVerified: true).pathExpiry == 86_400)
  #expect(CertificateChain([], isVerified: true).pathExpiry == nil)
}
