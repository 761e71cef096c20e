import Foundation
import TestSupport

/// A real SMTP server on loopback that records messages.
final class MailServer: Sendable {
  /// One message that was received.
  struct Mail: Decodable {
    let from: String
    let to: [String]
    let content: String
  }

  let port: Int
  private let folder: TemporaryDirectory
  private let process: ChildProcess

  /// Starts a server; `reply` is its answer to every message.
  static func start(reply: String = "250 OK") async throws -> MailServer {
    let folder = try TemporaryDirectory(prefix: "tocsin-mail")
    let port = try FreePort.next()
    let script = try folder.write(program, to: "server.py")
    let process = try ChildProcess.start(
      "/usr/bin/python3", [script, "\(port)", folder.path, reply])
    try await process.waitUntilAccepting(port: port)
    return MailServer(port: port, folder: folder, process: process)
  }

  private init(port: Int, folder: TemporaryDirectory, process: ChildProcess) {
    self.port = port
    self.folder = folder
    self.process = process
  }

  /// All messages so far, in order.
  func received() throws -> [Mail] {
    let path = folder.file("received.jsonl")
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(Mail.self, from: Data($0.utf8))
    }
  }

  private static let program = #"""
    import json, os, sys, time
    from aiosmtpd.controller import Controller
    port, folder, reply = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    class Handler:
        async def handle_DATA(self, server, session, envelope):
            if reply.startswith("250"):
                with open(os.path.join(folder, "received.jsonl"), "a") as log:
                    log.write(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": envelope.content.decode()}) + "\n")
            return reply
    Controller(Handler(), hostname="127.0.0.1", port=port).start()
    while True:
        time.sleep(60)
    """#
}
