import ExporterConfiguration
import YAMLDecoding
import TestSupport
import Testing

@testable import ExporterService

@Test func flagsTurnCollectorsOnAndOffAsNodeExporterDoes() throws {
  let flags = try CollectorFlags(parsing: [
    "--collector.processes", "--no-collector.arp", "--collector.filesystem.mount-points-exclude",
    "^/dev", "--collector.sysctl.include=kernel.pid_max", "--no-collector.cpu.guest",
    "--collector.netclass.ignore-invalid-speed",
  ])
  #expect(flags.enabled == ["processes"])
  #expect(flags.disabled == ["arp"])
  #expect(
    flags.options.map { "\($0.name)=\($0.value)" } == [
      "filesystem.mount-points-exclude=^/dev", "sysctl.include=kernel.pid_max", "cpu.guest=false",
      "netclass.ignore-invalid-speed=true",
    ])
}

@Test(arguments: [
  (["--collector.nosuch"], "there is no such collector"),
  (["--no-collector.nosuch"], "there is no such collector"),
  (["--collector.filesystem.nosuch=x"], "filesystem.mount-points-exclude"),
  (["--collector.vmstat.fields"], "needs a value"),
  (["--no-collector.vmstat.fields"], "is no switch"),
  (["--no-collector.arp=1"], "takes no value"),
  (["--web.nosuch"], "there is no such flag"),
  (["word"], "there is no such flag"),
])
func unknownFlagsAreNamed(arguments: [String], word: String) {
  do {
    _ = try CollectorFlags(parsing: arguments)
    Issue.record("\(arguments) was taken")
  } catch {
    #expect(error.description.hasPrefix(arguments[0].split(separator: "=")[0]))
    #expect(error.description.contains(word), "\(error)")
  }
}

@Test func flagsTakePrecedenceOverTheFile() throws {
  var configuration = ExporterConfiguration()
  configuration.disabledCollectors = ["vmstat", "arp"]
  configuration.systemOptions = [
    .init(name: "vmstat.fields", value: "a"), .init(name: "netstat.fields", value: "b"),
  ]
  configuration.apply(
    try CollectorFlags(parsing: ["--collector.vmstat", "--collector.vmstat.fields=c"]))
  #expect(configuration.disabledCollectors == ["arp"])
  #expect(configuration.systemOptions.map(\.value) == ["b", "c"])
  let choice = CollectorChoice(configuration)
  #expect(choice.isOn("vmstat", byDefault: true))
  #expect(!choice.isOn("arp", byDefault: true))
}

@Test func withoutDefaultsOnlyNamedCollectorsRun() throws {
  var configuration = ExporterConfiguration()
  configuration.apply(
    try CollectorFlags(parsing: ["--collector.disable-defaults", "--collector.loadavg"]))
  let choice = CollectorChoice(configuration)
  #expect(choice.isOn("loadavg", byDefault: true))
  #expect(!choice.isOn("cpu", byDefault: true))
}

@Test(arguments: [
  ("system: {vmstat.fields: \"(\"}\n", "vmstat.fields"),
  ("system: {vmstat.field: a}\n", "vmstat.fields"),
  ("system: {cpu.guest: perhaps}\n", "true or false"),
  ("system: {filesystem.mount-timeout: soon}\n", "a duration"),
])
func mistakesInSystemOptionsAreNamedWithTheirPlace(text: String, word: String) throws {
  let folder = try TemporaryDirectory(prefix: "tocsin-exporter")
  let diagnostics = ConfigDiagnostics()
  _ = ExporterConfiguration.read(
    file: try folder.write(text, to: "exporter.yml"), diagnostics: diagnostics)
  let errors = diagnostics.errors.map(\.description)
  #expect(errors.count == 1)
  #expect(errors.first?.contains("exporter.yml:1:") == true, "\(errors)")
  #expect(errors.first?.contains(word) == true, "\(errors)")
}
