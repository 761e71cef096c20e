import Foundation
import QueryScripts
import Testing

/// The scripts, beside the repository or one folder further up.
private let folder: URL = {
  let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  let places = ["../shared/promql", "../../shared/promql"].map {
    root.appending(path: $0).standardized
  }
  return places.first { FileManager.default.fileExists(atPath: $0.path) } ?? places[0]
}()

@Test(
  .enabled(if: FileManager.default.fileExists(atPath: folder.path), "shared scripts are not here"))
func everyPublicCaseWithoutNativeHistogramsHolds() async throws {
  var total = ScriptReport()
  for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  where name.hasSuffix(".test") {
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    let report = await ScriptRunner.run(Script(text))
    print(
      "\(name): \(report.passed) passed, \(report.failures.count) failed, \(report.skipped) skipped"
    )
    #expect(report.failures == [], "\(name)")
    total.passed += report.passed
    total.skipped += report.skipped
    total.failures += report.failures
  }
  print(
    "all: \(total.passed) passed, \(total.failures.count) failed, \(total.skipped) skipped")
}
