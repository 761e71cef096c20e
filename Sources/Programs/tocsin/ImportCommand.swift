import ArgumentParser
import Foundation
import RemoteWrite
import SampleStore
import SQLiteStorage
import WebClient

/// `tocsin import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Send the samples of a file to a running evaluator, or put them into a folder.",
    discussion: """
      The file is OpenMetrics, every sample with its time, "# EOF" at the end, as `promtool tsdb create-blocks-from openmetrics` \
      reads and `promtool tsdb dump-openmetrics` and `tocsin store export` write it; or what `promtool tsdb dump` writes. It is checked \
      as a whole before anything is sent. Importing it again does no harm: after an interruption run the same command once more.
      """)

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Where to send it: the receiver of an evaluator or of any other server.")
  var url = "http://127.0.0.1:9931/api/v1/write"

  @OptionGroup var client: ClientFlags

  @Option(
    name: .customLong("storage.path"),
    help: "The folder of an evaluator that does not run, or a new one, instead of --url.")
  var storagePath: String?

  func run() async throws {
    var progress = OpenMetricsImport.Progress()
    do {
      if let storagePath {
        let folder = try StorageFolder(path: storagePath)
        var settings = SampleStoreSettings()
        settings.outOfOrderWindow = .seconds(Int64(100 * 365 * 86_400))
        let store = try await SampleStore.open(in: folder, settings: settings) { event in
          Self.say("\(event)")
        }
        try await send(into: .store(store), &progress)
        try await store.close()
      } else {
        let configuration = try client.httpConfiguration()
        let web = WebClient()
        defer { web.shutDown() }
        try await send(into: .receiver(url: url, web, configuration: configuration), &progress)
      }
    } catch let failure as OpenMetricsImport.Failure {
      Self.say("\(failure)")
      if progress.samples > 0 {
        Self.say(
          "\(progress.samples) samples are imported; run the same command again to go on, "
            + "samples that are there already are not stored twice")
      }
      throw ExitCode.failure
    } catch {
      Self.say("\(error)")
      throw ExitCode.failure
    }
    print("imported \(progress.samples) samples of \(progress.series) series from \(file)")
    guard progress.refusals > 0 else { return }
    Self.say(
      "in \(progress.refusals) requests some samples could not be stored: \(progress.firstRefusal)")
    if progress.firstRefusal.contains("too old") {
      Self.say(
        "older samples of series that have newer ones are taken within "
          + "--storage.out-of-order-time-window of the evaluator")
    }
    throw ExitCode.failure
  }

  private func send(
    into destination: ImportDestination, _ last: inout OpenMetricsImport.Progress
  ) async throws {
    var lastPercent = -1
    var current = last
    defer { last = current }
    current = try await OpenMetricsImport(into: destination).run(file) { progress in
      current = progress
      let percent = progress.bytes * 100 / max(1, progress.totalBytes)
      guard percent != lastPercent else { return }
      lastPercent = percent
      Self.say("\(percent) % \(progress.samples) samples of \(progress.series) series")
    }
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
