import EvaluatorService
import ExporterService
import ServiceLifecycle
import UnixSignals

/// Reads the daemons' files again on SIGHUP, until the group stops.
struct ReloadOnHangup: Service {
  private var exporter: ExporterDaemon?
  private var evaluator: EvaluatorDaemon?

  init(exporter: ExporterDaemon? = nil, evaluator: EvaluatorDaemon? = nil) {
    self.exporter = exporter
    self.evaluator = evaluator
  }

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      // The outcome is logged and shown in a metric; the old configuration goes on if the new one is wrong.
      exporter?.reload()
      try? await evaluator?.reload()
    }
  }
}
