import Configuration
import Testing
import YAMLDecoding

private func mapping(_ text: String, _ diagnostics: ConfigDiagnostics) throws -> ConfigMapping {
  let source = ConfigSource(text: text, file: "a.yml")
  let root = try #require(ConfigDocument.root(of: source, into: diagnostics))
  return try #require(ConfigMapping(root, context: "global", diagnostics: diagnostics))
}

@Test func durationsAreParsedAsInPrometheus() throws {
  let diagnostics = ConfigDiagnostics()
  let mapping = try mapping("a: 1h30m\nb: 0\nc: 5\n", diagnostics)
  #expect(mapping.duration("a") == .seconds(5_400))
  #expect(mapping.duration("b") == .zero)
  #expect(mapping.interval("b") == nil)
  #expect(mapping.duration("none") == nil)
  #expect(diagnostics.errors.isEmpty)
  #expect(mapping.duration("c") == nil)
  #expect(
    diagnostics.errors.map(\.description) == [
      "a.yml:3:4: \"c\" in global must be a duration, not \"5\"; write it like 30s, 5m or 1h30m"
    ])
}
