package import YAMLDecoding
import Configuration
import ProbeCollectors
import SystemCollectors

extension ExporterConfiguration {
  /// Reads `exporter.yml`; every error is reported to the diagnostics.
  package static func read(
    file: String, diagnostics: ConfigDiagnostics
  ) -> ExporterConfiguration {
    var configuration = ExporterConfiguration()
    guard let source = ConfigSource.read(path: file, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(node, context: "the exporter file", diagnostics: diagnostics)
    else { return configuration }
    let directory = ConfigPath.directory(of: file)
    configuration.postgres = servers("postgres", in: root, directory: directory)
    if let postgres = root.mapping("postgres") {
      configuration.postgresOptions = PostgresOptions.read(postgres, directory: directory)
      configuration.queryFiles = CustomQueriesFile.references(in: postgres, directory: directory)
    }
    configuration.redis = servers("redis", in: root, directory: directory)
    configuration.probes = probes(in: root)
    if let processes = root.mapping("processes") {
      configuration.readProcesses(processes, directory: directory)
    }
    if let collectors = root.mapping("collectors") {
      configuration.enabledCollectors = Set(collectors.strings("enable"))
      configuration.disabledCollectors = Set(collectors.strings("disable"))
      for name in configuration.enabledCollectors.intersection(configuration.disabledCollectors) {
        collectors.report("collector \"\(name)\" is both enabled and disabled", key: "disable")
      }
      collectors.finish()
    }
    if let system = root.mapping("system") { configuration.systemOptions = options(in: system) }
    if let paths = root.mapping("paths") {
      configuration.paths.proc = paths.string("procfs") ?? configuration.paths.proc
      configuration.paths.sys = paths.string("sysfs") ?? configuration.paths.sys
      configuration.paths.root = paths.string("rootfs") ?? configuration.paths.root
      configuration.paths.udev = paths.string("udev") ?? configuration.paths.udev
      paths.finish()
    }
    root.finish()
    return configuration
  }

  /// Decodes the options of the system collectors. Each is checked here, so that an error has a
  /// position.
  private static func options(in system: ConfigMapping) -> [SystemSetting] {
    var settings: [SystemSetting] = []
    for option in SystemOption.all where system.contains(option.name) {
      for value in system.strings(option.name, orSingle: true) {
        do {
          var trial = try SystemContext()
          try option.set(value, in: &trial)
          settings.append(SystemSetting(name: option.name, value: value))
        } catch {
          system.report("\(error)", key: option.name)
        }
      }
    }
    system.finish()
    return settings
  }

  private static func probes(in root: ConfigMapping) -> [ProbeTarget] {
    guard let mapping = root.mapping("probes") else { return [] }
    let targets = mapping.mappings("targets", context: "a probe target").compactMap {
      entry -> ProbeTarget? in
      let name = entry.requiredString("name")
      let address = entry.requiredString("address")
      let module = entry.string("module")
      let interval = entry.duration("interval")
      entry.finish()
      guard let name, let address else { return nil }
      var target = ProbeTarget(name: name, address: address)
      if let module { target.module = module }
      if let interval { target.interval = interval }
      return target
    }
    mapping.finish()
    do {
      _ = try ProbeTargets(targets)
    } catch {
      mapping.report("\(error)", key: "targets")
    }
    return targets
  }

  private static func servers(
    _ kind: String, in root: ConfigMapping, directory: String
  ) -> [Server] {
    guard let mapping = root.mapping(kind) else { return [] }
    let servers = mapping.mappings("servers", context: "a \(kind) server").compactMap {
      entry -> Server? in
      let url = entry.secret("url", directory: directory)
      let password = entry.secret("password", directory: directory)
      if url == nil { entry.missing("url", fix: "give url or url_file") }
      let tls =
        kind == "redis"
        ? entry.tlsConfiguration(keyInCertificate: true, directory: directory) : nil
      entry.finish()
      return url.map {
        Server(connection: $0, password: password, origin: entry.source.file, tls: tls)
      }
    }
    // Decoded separately.
    if kind == "postgres" {
      for key in ["queries"] + PostgresOptions.keys { _ = mapping.contains(key) }
    }
    mapping.finish()
    return servers
  }
}
