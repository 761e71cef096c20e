import CollectorCore
import Configuration
import Testing
import TransportSecurity

@testable import ProbeCollectors

private var secretModule: ProbeModule {
  var settings = HTTPProbeSettings()
  settings.client.authorization = .scheme("Bearer", credentials: .inline("s3cret"))
  return ProbeModule(.http(settings))
}

@Test(arguments: [
  (ProbeTarget(name: "", address: "http://a/"), "the name is empty"),
  (ProbeTarget(name: "a", address: "http://a/", interval: .zero), "the interval must be longer"),
  (
    ProbeTarget(name: "a", address: "http://a/", module: "x"), "there is no module \"x\"; there are"
  ),
  (ProbeTarget(name: "a", address: "ftp://a/"), "invalid URL"),
  (ProbeTarget(name: "a", address: "http://u:p4ss@a/"), "the URL must not hold a user"),
  (ProbeTarget(name: "a", address: "a", module: "tcp_connect"), "the address must be host:port"),
])
func refusesTargets(target: ProbeTarget, reason: String) {
  let error = #expect(throws: ProbeTargetsError.self) { try ProbeTargets([target]) }
  #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  #expect(error?.description.contains("p4ss") == false)
}

@Test func refusesANameGivenTwice() {
  let targets = [
    ProbeTarget(name: "a", address: "http://a/"), ProbeTarget(name: "a", address: "http://b/"),
  ]
  #expect(throws: ProbeTargetsError(target: "a", reason: "the name is given twice")) {
    try ProbeTargets(targets)
  }
}

@Test(
  arguments: [
    (nil, nil, .missingTarget), ("", nil, .missingTarget), ("http://evil/", nil, .unknownTarget),
    ("open", "none", .unknownModule), ("open", "secret", .moduleForbidden),
    ("open", "tcp_connect", .unfitting(reason: "the address must be host:port")),
  ] as [(String?, String?, ProbeRequestError)])
func requestsReachDeclaredTargetsOnly(
  target: String?, module: String?, expected: ProbeRequestError
) async throws {
  let roster = try ProbeTargets(
    [
      ProbeTarget(name: "open", address: "http://127.0.0.1/x"),
      ProbeTarget(name: "closed", address: "http://127.0.0.1/y", module: "secret"),
    ], modules: ["secret": secretModule])
  await #expect(throws: expected) {
    try await roster.answer(target: target, module: module, within: .seconds(1))
  }
  #expect(throws: Never.self) { try roster.resolve(target: "closed", module: "secret") }
  #expect(throws: Never.self) { try roster.resolve(target: "closed", module: "") }
}

@Test(
  arguments: [
    (nil, 10_000, 9_500), (nil, 1_000, 900), (2_000, 10_000, 2_000), (20_000, 10_000, 9_500),
    (0, 10_000, 9_500), (nil, 0, 1),
  ] as [(Int?, Int, Int)])
func theAnswerHasTimeLeft(module: Int?, budget: Int, expected: Int) {
  let module = ProbeModule(
    .tcp(TCPProbeSettings()), timeout: module.map { .milliseconds($0) })
  #expect(module.timeout(within: .milliseconds(budget)) == .milliseconds(expected))
}

@Test func credentialsOfAProbeAreSecrets() {
  #expect(secretModule.carriesSecrets)
  #expect(!ProbeModule.builtIn.values.contains { $0.carriesSecrets })
  var settings = HTTPProbeSettings()
  settings.headers = [("User-Agent", "x"), ("Host", "y")]
  #expect(!settings.carriesSecrets)
  settings.headers.append(("X-Api-Key", "k"))
  #expect(settings.carriesSecrets)
  settings.headers = []
  settings.client.tls.certificateFile = "/c"
  #expect(settings.carriesSecrets)
}

@Test func targetsBecomeCollectors() throws {
  let target = ProbeTarget(name: "shop", address: "shop.example/", interval: .seconds(30))
  let scheduled = try #require(try ProbeTargets([target]).scheduled().first)
  #expect(scheduled.name == "probe/shop")
  #expect(scheduled.schedule == .every(.seconds(30)))
  #expect(scheduled.constantLabels.map(\.name) == ["module", "target"])
  #expect(scheduled.constantLabels.map(\.value) == ["http_2xx", "shop"])
}
