import ArgumentParser
import MetricModel
import SQLiteStorage

/// `tocsin store info`
struct StoreInfo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Show the numbers of series and samples, and their size on disk."
  )

  @OptionGroup var store: StoreFolder

  func run() async throws {
    await Startup.exitOnFailure {
      let summary = try SampleDatabase(readingFrom: store.folder).summary()
      print("series            \(summary.series)")
      print("sealed samples    \(summary.sealedSamples) in \(summary.chunks) chunks")
      if let first = summary.first, let last = summary.last {
        print("sealed time       \(first.rfc3339) to \(last.rfc3339)")
      }
      print("sealed bytes      \(summary.chunkBytes)\(Self.perSample(summary))")
      print("labels            \(summary.labelBytes) bytes")
      print("WAL               \(summary.batches) batches, \(summary.batchBytes) bytes")
      print("file              \(summary.fileBytes) bytes, \(summary.freeBytes) of them free")
    }
  }

  private static func perSample(_ summary: WALSummary) -> String {
    guard summary.sealedSamples > 0 else { return "" }
    let bytes = Double(summary.chunkBytes) / Double(summary.sealedSamples)
    return ", \((bytes * 100).rounded() / 100) a sample"
  }
}
