import Foundation
import QueryScripts
import Testing

/// The folder of the scripts, beside the repository or one folder further up.
private let folder: URL = {
  let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  let places = ["../shared/promql", "../../shared/promql"].map {
    root.appending(path: $0).standardized
  }
  return places.first { FileManager.default.fileExists(atPath: $0.path) } ?? places[0]
}()

/// Every case without native histograms passes, and the skipped ones are exactly those that touch
/// one: `HistogramCount` decides this from the text alone.
@Test(
  .enabled(if: FileManager.default.fileExists(atPath: folder.path), "shared scripts are not here"))
func everyPublicCaseWithoutNativeHistogramsHolds() async throws {
  var total = ScriptReport()
  for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  where name.hasSuffix(".test") {
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    let report = await ScriptRunner.run(Script(text))
    let usage = HistogramCount(text)
    let touching = usage.touching.count
    print(
      "\(name): \(report.passed) passed, \(report.failures.count) failed, \(report.skipped) skipped; "
        + "\(usage.cases.count) cases, \(touching) touch native histograms")
    #expect(report.failures == [], "\(name)")
    #expect(report.passed + report.skipped == usage.cases.count, "\(name)")
    let wronglySkipped = report.skippedLines.filter { !usage.touching.contains($0) }
    #expect(wronglySkipped == [], "\(name) skips cases without native histograms")
    total.add(report)
  }
  print(
    "all: \(total.passed) passed, \(total.failures.count) failed, \(total.skipped) skipped")
}

@Test func theCountFindsWhatTouchesNativeHistograms() {
  let usage = HistogramCount(
    """
    load 1m
      a{x="1"} 1x9
      a{x="2"} {{schema:0 count:1}}x9

    eval instant at 1m a{x="1"}
      a{x="1"} 1
    eval range from 0 to 1m step 1m count(a)
      {} 2 2

    load_with_nhcb 1m
      b_bucket{le="1"} 1
    # what b_bucket says is also in b
    eval instant at 1m b_bucket + 1
    eval instant at 1m sum({__name__=~"b"})
    eval instant at 1m vector(1)
      {} {{count:1}}
    clear
    eval instant at 1m a
    eval instant at 1m a[
      expect fail
    """)
  #expect(usage.cases == [5, 7, 13, 14, 15, 18, 19])
  #expect(usage.touching == [7, 14, 15])
}
