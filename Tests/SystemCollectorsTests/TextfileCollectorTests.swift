import CollectorCore
import Foundation
import TestSupport
import Testing

@testable import SystemCollectors

/// Runs the collector over a folder of files; the clock says 14 November 2023.
private func scrape(
  _ files: [String: String], maximumAge: Duration? = nil, directory: String? = nil
) async throws -> String {
  let folder = try TemporaryDirectory(prefix: "tocsin-textfile")
  for (name, content) in files { _ = try folder.write(content, to: name) }
  var context = try SystemContext()
  context.textfileDirectories = [directory ?? folder.path]
  context.textfileMaximumAge = maximumAge
  return try await text(of: TextfileCollector(context)).text.replacing(folder.path, with: "")
}

@Test func filesOfMetricsAreShown() async throws {
  let text = try await scrape([
    "a.prom": "# HELP jobs Jobs.\n# TYPE jobs counter\njobs{q=\"a\"} 1\njobs{q=\"b\",p=\"x\"} 2\n",
    "b.prom": "jobs_age 5\n", "c.txt": "ignored 1\n",
    "h.prom":
      "# TYPE took histogram\ntook_bucket{le=\"1\"} 2\ntook_bucket{le=\"+Inf\"} 3\ntook_sum 4\ntook_count 3\n",
  ])
  for line in [
    "# HELP jobs Jobs.", "# TYPE jobs counter", #"jobs{p="",q="a"} 1"#, #"jobs{p="x",q="b"} 2"#,
    "# HELP jobs_age Metric read from /b.prom", "jobs_age 5", #"took_bucket{le="1"} 2"#,
    #"took_bucket{le="+Inf"} 3"#, "took_sum 4", "took_count 3", "node_textfile_scrape_error 0",
    #"node_textfile_mtime_seconds{file="/a.prom"} "#,
  ] {
    #expect(text.contains(line), "\(line) in \(text)")
  }
  #expect(!text.contains("ignored"))
}

@Test(arguments: [
  ("broken 1 2 3 4\n", "malformed"), ("good 1\nbad{a=\"} 1\n", "malformed"),
  ("good 1\nstamped 1 1700000000000\n", "timestamp"), ("tocsin_build_info 1\n", "reserved_name"),
  ("up 1\n", "reserved_name"),
])
func aFileThatIsWrongIsLeftOutAsAWholeAndSpoilsNoOther(
  content: String, reason: String
) async throws {
  let text = try await scrape(["bad.prom": content, "fine.prom": "fine 7\n"])
  #expect(text.contains("\nfine 7\n"))
  #expect(!text.contains("good"))
  #expect(text.contains(#"tocsin_textfile_error{file="/bad.prom",reason="\#(reason)"} 1"#))
  #expect(text.contains("node_textfile_scrape_error 1"))
  #expect(!text.contains(#"mtime_seconds{file="/bad.prom"}"#))
}

@Test func aFamilyThatFilesDescribeDifferentlyIsLeftOut() async throws {
  let text = try await scrape([
    "a.prom": "# HELP x One.\n# TYPE x gauge\nx 1\na 1\n",
    "b.prom": "# HELP x Other.\n# TYPE x gauge\nx{l=\"2\"} 2\nb 1\n",
  ])
  #expect(!text.contains("\nx"))
  #expect(text.contains("\na 1\n") && text.contains("\nb 1\n"))
  #expect(text.contains(#"tocsin_textfile_error{file="/b.prom",reason="conflict"} 1"#))
}

@Test func filesThatAreTooOldAreNotShown() async throws {
  let folder = try TemporaryDirectory(prefix: "tocsin-textfile")
  let path = try folder.write("x 1\n", to: "a.prom")
  try FileManager.default.setAttributes(
    [.modificationDate: Date(timeIntervalSince1970: 1_699_990_000)], ofItemAtPath: path)
  var context = try SystemContext()
  context.textfileDirectories = [folder.path]
  #expect(try await text(of: TextfileCollector(context)).text.contains("\nx 1\n"))
  context.textfileMaximumAge = .seconds(3600)
  let old = try await text(of: TextfileCollector(context)).text
  #expect(!old.contains("\nx 1\n"))
  #expect(old.contains(#"reason="too_old"} 1"#))
  #expect(old.contains("} 1.69999e+09"))
}

@Test func aDirectoryThatIsNamedMustExist() async throws {
  let text = try await scrape([:], directory: "/nonexistent/tocsin")
  #expect(text.contains(#"{file="/nonexistent/tocsin",reason="unreadable"} 1"#))
}

@Test(arguments: [
  ("abc", "a*c", true), ("abc", "a?c", true), ("abc", "*", true), ("abc", "a?", false),
  (".x", "*", false), ("aXbXc", "*X*", true), ("ab", "a*b*c", false), ("", "*", true),
])
func patternsOfDirectoriesMatch(name: String, pattern: String, expected: Bool) {
  #expect(FilePattern.matches(name, pattern) == expected)
}
