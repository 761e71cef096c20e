import Foundation
import TestSupport
import Testing

/// The examples of README, CONTRIBUTING and `docs/` work: the decoders accept the files, commands
/// and flags exist, tables are complete, and links have targets.
@Suite(.serialized) struct DocumentationTests {
  static let pages = (try? MarkdownPage.all(in: Daemon.repository)) ?? []
  static let tables = pages.flatMap(\.tables)
  static let keyTables = tables.filter { $0.kind == "keys" }

  /// Languages of fenced blocks, each with the check that covers it.
  private static let languages = [
    "yaml", "console", "promql", "gotemplate", "json", "sql", "swift", "text",
  ]

  @Test func everyBlockIsOfAKindThatIsChecked() {
    #expect(Self.pages.count > 20)
    for page in Self.pages {
      for block in page.blocks {
        let place = "\(page):\(block.line)"
        #expect(Self.languages.contains(block.language), "\(place): \"\(block.language)\"")
        if block.language == "yaml" {
          let command = ConfigurationProbe.command(for: block.file ?? "", at: "")
          #expect(command != nil, "\(place): say which file it is, as in yaml file=rules.yml")
        }
      }
    }
  }

  @Test(arguments: pages) func linksLeadSomewhere(page: MarkdownPage) {
    let folder = (page.path as NSString).deletingLastPathComponent
    for link in page.links {
      let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let joined =
        parts[0].isEmpty ? page.path : (folder as NSString).appendingPathComponent("\(parts[0])")
      let path = (joined as NSString).standardizingPath
      #expect(
        FileManager.default.fileExists(atPath: "\(Daemon.repository)/\(path)"),
        "\(page):\(link.line): there is no \(path)")
      guard parts.count == 2, let other = Self.pages.first(where: { $0.path == path }) else {
        continue
      }
      #expect(
        other.anchors.contains("\(parts[1])"), "\(page):\(link.line): \(path) has no #\(parts[1])")
    }
  }

  @Test(arguments: pages) func pathsInTheRepositoryExist(page: MarkdownPage) throws {
    let text = try String(contentsOfFile: "\(Daemon.repository)/\(page.path)", encoding: .utf8)
    let folders = ["Sources/", "Tests/", "scripts/", "rules/", "config/", "packaging/", "docs/"]
    for path in MarkdownPage.quoted(text) where folders.contains(where: path.hasPrefix) {
      guard !path.contains(where: { " *#\n".contains($0) }) else { continue }
      #expect(
        FileManager.default.fileExists(atPath: "\(Daemon.repository)/\(path)"),
        "\(page): there is no \(path)")
    }
  }

  // MARK: - Examples

  @Test(arguments: pages) func examplesCanBeRead(page: MarkdownPage) async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-docs")
    let queries = try String(
      contentsOfFile: "\(Daemon.repository)/config/queries.yml", encoding: .utf8)
    _ = try folder.write(queries, to: "queries.yml")
    _ = try folder.write("processes: {metrics: []}\n", to: "queries.yaml")
    for block in page.blocks {
      let place = "\(page):\(block.line)"
      switch block.language {
      case "yaml":
        let file = block.file ?? ""
        let path = try folder.write(block.text, to: file)
        guard let command = ConfigurationProbe.command(for: file, at: path) else { continue }
        let (status, output) = try await run(command)
        // The settings of a client are used only after they were read.
        let isGood = file == "http-client.yml" ? !output.contains(path) : status == 0
        #expect(isGood, "\(place): \(output)")
      case "promql":
        let (status, output) = try await run(["query", "format", block.text])
        #expect(status == 0, "\(place): \(output)")
      case "gotemplate":
        _ = try folder.write(block.text, to: "example.tmpl")
        let path = try folder.write(
          "templates: [example.tmpl]\nroute: {receiver: a}\nreceivers: [{name: a}]\n",
          to: "templates.yml")
        let (status, output) = try await run(["check", "notifications", path])
        #expect(status == 0, "\(place): \(output)")
      case "json":
        #expect(throws: Never.self, "\(place)") {
          _ = try JSONSerialization.jsonObject(with: Data(block.text.utf8))
        }
      case "swift":
        let path = try folder.write(block.text, to: "example.swift")
        let process = try ChildProcess.start("swiftc", ["-frontend", "-parse", path])
        let status = try await process.waitForExit(within: .seconds(300))
        #expect(status == 0, "\(place): \(process.output)")
      default: break
      }
    }
  }

  @Test func statementsRunOnAPostgresServer() async throws {
    let statements = Self.pages.flatMap(\.blocks).filter { $0.language == "sql" }
    #expect(!statements.isEmpty)
    let server = try await ThrowawayPostgres.start()
    for block in statements { _ = try await server.run(block.text) }
  }

  // MARK: - Commands

  @Test(arguments: pages) func commandsExist(page: MarkdownPage) async throws {
    let blocks = page.blocks.filter { $0.language == "console" }
    guard !blocks.isEmpty else { return }
    let rules = try await CommandRules.read()
    for block in blocks {
      let lines = block.text.split(separator: "\n").filter { $0.hasPrefix("$ ") }
      #expect(!lines.isEmpty, "\(page):\(block.line): no line begins with \"$ \"")
      for line in lines {
        for command in ShellLine(String(line.dropFirst(2))).commands {
          let complaint = rules.complaint(about: command)
          #expect(complaint == nil, "\(page):\(block.line): \(complaint ?? "")")
          guard complaint == nil, let arguments = rules.harmless(command) else { continue }
          let (status, output) = try await run(arguments, directory: Daemon.repository)
          #expect(status == 0, "\(page):\(block.line): \(line)\n\(output)")
        }
      }
    }
  }

  @Test func pathsOfTheAPIExist() async throws {
    let rules = try await CommandRules.read()
    let page = try #require(Self.pages.first { $0.path == "docs/promql.md" })
    let text = try String(contentsOfFile: "\(Daemon.repository)/\(page.path)", encoding: .utf8)
    let paths = text.split(separator: "\n").filter { $0.hasPrefix("| `/") }
      .flatMap { MarkdownPage.quoted(String($0)) }.filter { $0.hasPrefix("/") }
    #expect(paths.count > 20)
    for path in paths { #expect(rules.isRoute(path), "there is no \(path)") }
  }

  // MARK: - Tables

  @Test(arguments: keyTables) func keysAreThoseOfTheDecoder(table: MarkdownPage.Table) async throws
  {
    let words = table.subject.split(separator: " ").map(String.init)
    let file = try #require(words.first)
    var documented = Set(table.names)
    var refused = Set(table.refused)
    for name in table.sets {
      let set = try #require(
        Self.tables.first { $0.subject == name && $0.kind != "flags" }, "no set \(name)")
      documented.formUnion(set.names)
      refused.formUnion(set.refused)
    }
    let probe = ConfigurationProbe(file: file, path: words.count > 1 ? words[1] : "")
    let found = try await probe.keys(besides: Array(documented.union(refused)))
    #expect(documented.subtracting(found.known).sorted() == [], "documented, but unknown")
    #expect(refused.subtracting(found.refused).sorted() == [], "said to be refused, but not")
    #expect(
      found.known.subtracting(documented).subtracting(refused).sorted() == [],
      "known, but not documented")
    #expect(documented.intersection(found.refused).sorted() == [], "documented, but refused")
  }

  @Test func flagsAreThoseOfTheProgram() async throws {
    let help = try await CommandHelp.read()
    let tables = Self.tables.filter { $0.kind == "flags" }
    var commands = help.commands.filter { !$0.flags.isEmpty }
    for table in tables where table.subject.hasPrefix("tocsin") {
      guard let index = commands.firstIndex(where: { $0.name == table.subject }) else {
        Issue.record("there is no \(table)")
        continue
      }
      let command = commands.remove(at: index)
      var names = table.names
      var defaults = table.defaults
      for set in table.sets {
        let other = try #require(tables.first { $0.subject == set }, "no set \(set)")
        names += other.names
        defaults.merge(other.defaults) { own, _ in own }
      }
      let missing = Set(command.flags.keys).subtracting(names).sorted()
      #expect(missing == [], "\(table): not documented")
      #expect(Set(names).subtracting(command.flags.keys).sorted() == [], "\(table): unknown")
      for (name, argument) in command.flags {
        guard let value = argument.defaultValue, argument.kind == "option" else { continue }
        #expect(defaults[name] == value, "\(table): the default of \(name)")
      }
    }
    #expect(commands.map(\.name) == [], "commands with flags that are not documented")
  }

  @Test func optionsOfCollectorsAreThoseOfTheProgram() async throws {
    let (_, help) = try await run(["exporter", "--help"])
    let joined = help.replacing("\n", with: " ")
    let options = Set(joined.matches(of: #/--collector\.([a-z0-9.-]+)  /#).map { String($0.1) })
    let table = try #require(Self.tables.first { $0.kind == "options" })
    #expect(options.subtracting(table.names).sorted() == [], "not documented")
    #expect(Set(table.names).subtracting(options).sorted() == [], "unknown")
  }

  // MARK: -

  private func run(
    _ arguments: [String], directory: String? = nil
  ) async throws -> (status: Int32, output: String) {
    let process = try ChildProcess.start(
      Daemon.executable, arguments, environment: ["DATABASE_URL": "", "REDIS_URL": ""],
      directory: directory)
    let status = try await process.waitForExit(within: .seconds(300))
    return (status, process.output)
  }
}
