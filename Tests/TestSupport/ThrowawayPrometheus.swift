/// Debian's Prometheus on loopback, for one test; it ends with the value.
package struct ThrowawayPrometheus {
  package let process: ChildProcess
  package let port: Int

  /// Starts it with a configuration file and a folder for samples, and waits until it listens.
  package static func start(
    _ configuration: String, storage: String, port: Int? = nil, flags: [String] = []
  ) async throws -> ThrowawayPrometheus {
    let port = try port ?? FreePort.next()
    let process = try ChildProcess.start(
      "prometheus",
      [
        "--config.file=\(configuration)", "--storage.tsdb.path=\(storage)",
        "--web.listen-address=127.0.0.1:\(port)",
      ] + flags)
    try await process.waitUntilAccepting(port: port)
    return ThrowawayPrometheus(process: process, port: port)
  }
}
