import AlertRouting
import Foundation
import MetricModel
import Testing

/// What every notifier over HTTP must do: which answers are tried again, that `Retry-After` is passed on, that an unreachable
/// host is tried again, and that no error holds the secret of the URL.
func expectNotifierContract(
  _ make: (_ url: Secret) throws -> any Notifier, success: String = "ok"
) async throws {
  let server = try await HookServer.start()
  let secret = "T0KEN-very-secret"
  let notifier = try make(.text("http://127.0.0.1:\(server.port)/hook/\(secret)?key=\(secret)"))
  var message = try notifier.render(Samples.firing)
  message.id = "id-1"
  #expect(!String(decoding: message.body, as: UTF8.self).contains(secret))
  #expect(!"\(message.attributes)".contains(secret))

  try server.answer(200, success)
  try await notifier.deliver(message)
  #expect(try server.received().last?.path == "/hook/\(secret)?key=\(secret)")

  let classes: [(Int, Bool, FailureReason)] = [
    (400, false, .clientError), (401, false, .authError), (403, false, .authError),
    (404, false, .clientError), (410, false, .clientError), (408, true, .clientError),
    (425, true, .clientError), (429, true, .rateLimited), (500, true, .serverError),
    (502, true, .serverError), (503, true, .serverError), (304, false, .other),
  ]
  for (status, isRetried, reason) in classes {
    try server.answer(status, "error of \(status)", headers: ["Retry-After": "17"])
    let error = await failure(of: notifier, message)
    guard let error else {
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

  let nobody = try make(.text("http://127.0.0.1:1/\(secret)"))
  let unreachable = await failure(of: nobody, message)
  guard case .retryable(let text, _, _) = unreachable else {
    Issue.record("an unreachable host is not tried again: \(String(describing: unreachable))")
    return
  }
  #expect(!text.contains(secret))
}

/// The error of one try; nil if it went well.
func failure(of notifier: any Notifier, _ message: RenderedMessage) async -> NotifyError? {
  do {
    try await notifier.deliver(message)
    return nil
  } catch {
    return error
  }
}

/// Compares with a file beside the tests; with `UPDATE_GOLDEN=1` in the environment it is written instead.
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
