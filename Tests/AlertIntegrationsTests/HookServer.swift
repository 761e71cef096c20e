import Foundation
import TestSupport

/// A real HTTP server on loopback that records requests and gives the response that the test sets.
final class HookServer: Sendable {
  /// One request that was received.
  struct Received: Decodable {
    let path: String
    let headers: [String: String]
    let body: String
  }

  let port: Int
  private let folder: TemporaryDirectory
  private let process: ChildProcess

  /// Starts a server; wait for it with `start()`.
  static func start() async throws -> HookServer {
    let folder = try TemporaryDirectory(prefix: "tocsin-hook")
    let port = try FreePort.next()
    let script = try folder.write(program, to: "server.py")
    let process = try ChildProcess.start("/usr/bin/python3", [script, "\(port)", folder.path])
    try await process.waitUntilAccepting(port: port)
    return HookServer(port: port, folder: folder, process: process)
  }

  private init(port: Int, folder: TemporaryDirectory, process: ChildProcess) {
    self.port = port
    self.folder = folder
    self.process = process
  }

  /// Sets the response to all later requests.
  func answer(
    _ status: Int, _ body: String = "ok", headers: [String: String] = [:]
  ) throws {
    var all = headers
    if all["Content-Type"] == nil { all["Content-Type"] = "text/plain" }
    let text = try JSONSerialization.data(
      withJSONObject: ["status": status, "body": body, "headers": all])
    try folder.write(String(decoding: text, as: UTF8.self), to: "answer.json")
  }

  /// Accepts all later requests and never responds.
  func answerNever() throws {
    try folder.write(#"{"status": 0}"#, to: "answer.json")
  }

  /// All requests so far, in order.
  func received() throws -> [Received] {
    let path = folder.file("received.jsonl")
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(Received.self, from: Data($0.utf8))
    }
  }

  private static let program = #"""
    import http.server, json, os, sys, time
    folder = sys.argv[2]
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            with open(os.path.join(folder, "received.jsonl"), "a") as log:
                log.write(json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}) + "\n")
            answer = {"status": 200, "body": "ok", "headers": {"Content-Type": "text/plain"}}
            path = os.path.join(folder, "answer.json")
            if os.path.exists(path):
                answer = json.load(open(path))
            if answer["status"] == 0:
                time.sleep(3600)
            data = answer["body"].encode()
            self.send_response(answer["status"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        def log_message(self, *arguments):
            pass
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """#
}
