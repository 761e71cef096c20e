import EvaluatorService
import ExporterService
import ServiceLifecycle
import UnixSignals

/// Reloads the daemons' files on SIGHUP, until the service group stops.
struct ReloadOnHangup: Service {
  private var exporter: ExporterDaemon?
  private var evaluator: EvaluatorDaemon?

  init(exporter: ExporterDaemon? = nil, evaluator: EvaluatorDaemon? = nil) {
    self.exporter = exporter
    self.evaluator = evaluator
  }

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      // The outcome is logged and exposed as a metric; the old configuration stays in force if the
      // new one is invalid.
      exporter?.reload()
      try? await evaluator?.reload()
    }
  }
}
