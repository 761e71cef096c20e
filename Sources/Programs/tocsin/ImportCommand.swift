import ArgumentParser
import Foundation
import RemoteWriting
import WebClient

/// `tocsin import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Send the samples of an OpenMetrics file to a running evaluator.",
    discussion: """
      Every sample of the file needs a time, and the file ends with "# EOF": what `promtool tsdb create-blocks-from \
      openmetrics` reads. The file is checked as a whole before anything is sent; importing it again does no harm.
      """)

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Where to send it: the receiver of an evaluator or of any other server.")
  var url = "http://127.0.0.1:9931/api/v1/write"

  func run() async throws {
    let client = WebClient()
    defer { client.shutDown() }
    do {
      let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file), options: .mappedIfSafe))
      var lastPercent = -1
      let end = try await OpenMetricsImport(url: url, client: client).run(text) { progress in
        let percent = progress.bytes * 100 / max(1, progress.totalBytes)
        guard percent != lastPercent else { return }
        lastPercent = percent
        Self.say("\(percent) % \(progress.samples) samples of \(progress.series) series")
      }
      print("imported \(end.samples) samples of \(end.series) series from \(file)")
    } catch let failure as OpenMetricsImport.Failure {
      Self.say("\(file): \(failure)")
      throw ExitCode.failure
    } catch {
      Self.say("\(file): \(error.localizedDescription)")
      throw ExitCode.failure
    }
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
