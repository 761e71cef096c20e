import Foundation
import TestSupport

/// A real SMTP server (aiosmtpd) that puts mail into a maildir.
struct MailServer {
  private let process: ChildProcess
  private let folder: TemporaryDirectory
  let port: Int

  static func start() async throws -> MailServer {
    let folder = try TemporaryDirectory(prefix: "tocsin-mail")
    let port = try FreePort.next()
    let process = try ChildProcess.start(
      "/usr/bin/python3",
      [
        "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Mailbox",
        folder.file("maildir"),
      ])
    try await process.waitUntilAccepting(port: port)
    return MailServer(process: process, folder: folder, port: port)
  }

  /// All messages so far, with headers and body.
  var messages: [String] {
    let new = folder.file("maildir/new")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: new)) ?? []
    return names.sorted().compactMap {
      try? String(contentsOfFile: "\(new)/\($0)", encoding: .utf8)
    }
  }
}
