import AlertRouting
import Foundation
import MetricModel
import Testing

@testable import AlertIntegrations

/// What the common tests need of a kind of notifier: an entry of its list with all required keys,
/// and the form of its messages.
struct NotifierContract: Sendable {
  /// The entry as YAML. `$URL` is the address of the test's server, a secret included; `$PORT` its
  /// port.
  let entry: String
  /// The ending of its files in Golden/.
  let golden: String
  /// The fake server to which it delivers.
  let server: Server

  enum Server: Sendable {
    /// An HTTP server, with the body of a successful response.
    case http(success: String)
    /// A mail server.
    case smtp
  }

  /// The contract of every kind in ``Notifiers/kinds``.
  static let all: [String: NotifierContract] = [
    "slack": NotifierContract(
      entry: "api_url: $URL", golden: "json", server: .http(success: "ok")),
    "email": NotifierContract(
      entry: """
        to: Ops Team <ops@example.org>, pager@example.org
        from: Töcsin <tocsin@example.org>
        smarthost: 127.0.0.1:$PORT
        require_tls: false
        """, golden: "eml", server: .smtp),
    "webhook": NotifierContract(
      entry: "url: $URL", golden: "json", server: .http(success: "whatever")),
  ]
}

@Suite struct NotifierContractTests {
  @Test(arguments: Notifiers.kinds.map { $0.kind })
  func everyKindFulfilsTheContract(kind: String) async throws {
    try await expectNotifierContract(kind)
  }
}

/// Tests what every notifier must do: its messages for firing, resolved and mixed groups equal
/// those of Golden/, responses lead to another attempt or to giving up as specified, and no secret
/// is stored or shown.
func expectNotifierContract(_ kind: String) async throws {
  let contract = try #require(
    NotifierContract.all[kind], "the kind \(kind) has no entry in NotifierContract.all")
  let example = try Samples.notifier(
    kind, contract.entry.filled(url: "http://example.org/", port: 25))
  for (name, notification) in [
    ("firing", Samples.firing), ("resolved", Samples.resolved), ("mixed", Samples.mixed),
  ] {
    try expectGolden(example.render(notification).body, "\(kind)-\(name).\(contract.golden)")
  }
  switch contract.server {
  case .http(let success): try await expectHTTPContract(kind, contract.entry, success: success)
  case .smtp: try await expectMailContract(kind, contract.entry)
  }
}

private func expectHTTPContract(_ kind: String, _ entry: String, success: String) async throws {
  let server = try await HookServer.start()
  let secret = "T0KEN-very-secret"
  let path = "/hook/\(secret)?key=\(secret)"
  let notifier = try Samples.notifier(
    kind, entry.filled(url: "http://127.0.0.1:\(server.port)\(path)", port: server.port))
  var message = try notifier.render(Samples.firing)
  message.id = "id-1"
  #expect(!String(decoding: message.body, as: UTF8.self).contains(secret))
  #expect(!"\(message.attributes)".contains(secret))

  try server.answer(200, success)
  try await notifier.deliver(message)
  #expect(try server.received().last?.path == path)

  let classes: [(Int, Bool, FailureReason)] = [
    (400, false, .clientError), (401, false, .authError), (403, false, .authError),
    (404, false, .clientError), (410, false, .clientError), (408, true, .clientError),
    (425, true, .clientError), (429, true, .rateLimited), (500, true, .serverError),
    (502, true, .serverError), (503, true, .serverError), (304, false, .other),
  ]
  for (status, isRetried, reason) in classes {
    try server.answer(status, "error of \(status)", headers: ["Retry-After": "17"])
    guard let error = await failure(of: notifier, message) else {
      Issue.record("status \(status) is no error")
      continue
    }
    #expect(error.reason == reason, "status \(status)")
    #expect(!error.description.contains(secret))
    #expect(error.description.contains("\(status)"))
    switch error {
    case .retryable(_, _, let after):
      #expect(isRetried, "status \(status)")
      #expect(after == .seconds(17), "status \(status)")
    case .permanent: #expect(!isRetried, "status \(status)")
    case .cancelled: Issue.record("status \(status) is no cancellation")
    }
  }
  let unreachable = try Samples.notifier(
    kind, entry.filled(url: "http://127.0.0.1:1/\(secret)", port: 1))
  await expectRetry(of: unreachable, message, hiding: secret)
  try server.answerNever()
  await expectCancellation(of: notifier, message)
}

private func expectMailContract(_ kind: String, _ entry: String) async throws {
  let secret = "pass-w0rd"
  for (reply, isRetried) in [("451 later", true), ("550 never", false)] {
    let server = try await MailServer.start(reply: reply)
    let notifier = try Samples.notifier(kind, entry.filled(url: "", port: server.port))
    switch await failure(of: notifier, try notifier.render(Samples.firing)) {
    case .retryable: #expect(isRetried, "reply \(reply)")
    case .permanent: #expect(!isRetried, "reply \(reply)")
    case .cancelled, nil: Issue.record("reply \(reply) is no failure")
    }
  }
  let unreachable = try Samples.notifier(
    kind, entry.filled(url: "", port: 1) + "\nauth_username: me\nauth_password: \(secret)")
  let message = try unreachable.render(Samples.firing)
  await expectRetry(of: unreachable, message, hiding: secret)
  // A web server waits for the client to speak first, as a mail client does of its server.
  let silent = try await HookServer.start()
  let waiting = try Samples.notifier(kind, entry.filled(url: "", port: silent.port))
  await expectCancellation(of: waiting, message)
}

private func expectRetry(
  of notifier: any Notifier, _ message: RenderedMessage, hiding secret: String
) async {
  guard case .retryable(let text, _, _) = await failure(of: notifier, message) else {
    Issue.record("an unreachable host is not tried again")
    return
  }
  #expect(!text.contains(secret))
}

/// Expects that an attempt which is cancelled while the server is silent is not a failure.
private func expectCancellation(of notifier: any Notifier, _ message: RenderedMessage) async {
  let task = Task { await failure(of: notifier, message) }
  task.cancel()
  #expect(await task.value == .cancelled)
}

extension String {
  fileprivate func filled(url: String, port: Int) -> String {
    replacing("$URL", with: url).replacing("$PORT", with: "\(port)")
  }
}

/// Returns the error of one attempt; `nil` if it succeeds.
func failure(of notifier: any Notifier, _ message: RenderedMessage) async -> NotifyError? {
  do {
    try await notifier.deliver(message)
    return nil
  } catch {
    return error
  }
}

/// Compares with a file of Golden/; with `UPDATE_GOLDEN=1` in the environment it writes the file
/// instead.
func expectGolden(_ bytes: [UInt8], _ name: String, file: String = #filePath) throws {
  let folder = URL(fileURLWithPath: file).deletingLastPathComponent().appending(path: "Golden")
  let url = folder.appending(path: name)
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try Data(bytes).write(to: url)
  }
  let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
  let found = String(decoding: bytes, as: UTF8.self)
  #expect(found == expected, "differs from Golden/\(name)")
}
