import YAMLDecoding
import ProcessCollectors

/// Decodes process-exporter's file: `process_names`, a list of rules with `name`, `comm`, `exe` and
/// `cmdline`.
enum ProcessNamingFile {
  static func read(file: String, diagnostics: ConfigDiagnostics) -> [ProcessRule] {
    guard let source = ConfigSource.read(path: file, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(
        node, context: "the process naming file", diagnostics: diagnostics)
    else { return [] }
    let rules = root.mappings("process_names", context: "a process name").compactMap {
      rule($0, allowsOwn: false)
    }
    root.finish()
    if rules.isEmpty, diagnostics.isEmpty {
      root.report("there are no process_names", fix: "name groups, or leave the file out")
    }
    return rules
  }

  /// Decodes one rule. With `allowsOwn` it may use the additional selectors of `exporter.yml`.
  static func rule(_ entry: ConfigMapping, allowsOwn: Bool) -> ProcessRule? {
    let name = entry.string("name")
    let comm = entry.strings("comm")
    let exe = entry.strings("exe")
    let cmdline = entry.strings("cmdline")
    var own: ProcessRule.OwnSelectors?
    if allowsOwn {
      var selectors = ProcessRule.OwnSelectors()
      selectors.executables = Set(entry.strings("executable", orSingle: true))
      selectors.units = Set(entry.strings("unit", orSingle: true))
      selectors.containers = Set(entry.strings("container", orSingle: true))
      selectors.users = Set(entry.strings("user", orSingle: true))
      own = selectors
    }
    entry.finish()
    do {
      return try ProcessRule(name: name, comm: comm, exe: exe, cmdline: cmdline, own: own)
    } catch {
      entry.report("\(error)")
      return nil
    }
  }
}
