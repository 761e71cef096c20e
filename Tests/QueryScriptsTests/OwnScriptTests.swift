import Foundation
import QueryScripts
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

private let names: [String] =
  (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []

@Test(arguments: names)
func everyCaseOfOurScriptsHolds(name: String) async throws {
  let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  let report = await ScriptRunner.run(Script(text))
  #expect(report.failures == [])
  #expect(report.skipped == 0)
  #expect(report.passed > 0)
}
