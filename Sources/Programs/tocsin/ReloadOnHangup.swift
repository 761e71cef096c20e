import EvaluatorService
import ServiceLifecycle
import UnixSignals

/// Reads the evaluator's files again on SIGHUP, until the group stops.
struct ReloadOnHangup: Service {
  private let daemon: EvaluatorDaemon

  init(_ daemon: EvaluatorDaemon) { self.daemon = daemon }

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      // The outcome is logged and shown in a metric; the old configuration goes on if the new one is wrong.
      try? await daemon.reload()
    }
  }
}
