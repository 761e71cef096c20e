import ArgumentParser
import SampleStore

/// `tocsin store top`
struct StoreTop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show which metrics and labels make the most series.")

  @OptionGroup var store: StoreFolder
  @Option(help: "How many of each.") var limit = 10

  func run() async throws {
    await Startup.exitOnFailure {
      let store = try await SampleStore.reading(store.folder)
      let cardinality = store.cardinality(limit: limit)
      print("\(store.stats.series) series, \(cardinality.pairCount) label pairs")
      Self.show("series by metric", cardinality.seriesByMetric)
      Self.show("values by label", cardinality.valuesByLabel)
      Self.show("series by label pair", cardinality.seriesByPair)
    }
  }

  private static func show(_ title: String, _ entries: [Cardinality.Entry]) {
    print("\n\(title)")
    for entry in entries {
      let count = String(entry.count)
      print(String(repeating: " ", count: max(0, 10 - count.count)) + count + "  " + entry.name)
    }
  }
}
