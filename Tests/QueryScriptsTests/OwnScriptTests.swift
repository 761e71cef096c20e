import Foundation
import PromQLEngine
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

/// Our scripts alone cover the language, without Prometheus' own.
@Test func everyWordOfTheLanguageOccursInOurScripts() throws {
  var usage = LanguageCount()
  for name in names {
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix("eval") {
      let expression = HistogramCount.expression(of: String(line))
      if let tree = try? QueryEngine.parse(expression) { usage.add(tree) }
    }
  }
  let missing = LanguageCount.all.subtracting(usage.found).sorted()
  #expect(missing == [], "not in Tests/QueryScriptsTests/Scripts")
  let unknown = usage.found.subtracting(LanguageCount.all).sorted()
  #expect(unknown == [], "not in the list")
}
