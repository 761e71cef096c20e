import ConfigDecoding
import ProcessCollectors

/// Reads process-exporter's file: `process_names`, a list of rules with `name`, `comm`, `exe` and `cmdline`.
enum ProcessNamingFile {
  static func read(file: String, diagnostics: ConfigDiagnostics) -> ProcessNaming {
    guard let source = ConfigSource.read(path: file, into: diagnostics),
      let node = ConfigDocument.root(of: source, into: diagnostics),
      let root = ConfigMapping(
        node, context: "the process naming file", diagnostics: diagnostics)
    else { return .byExecutable }
    let rules = root.mappings("process_names", context: "a process name").compactMap { entry in
      let name = entry.string("name")
      let comm = entry.strings("comm")
      let exe = entry.strings("exe")
      let cmdline = entry.strings("cmdline")
      entry.finish()
      do {
        return try ProcessRule(name: name, comm: comm, exe: exe, cmdline: cmdline)
      } catch {
        entry.report("\(error)")
        return nil
      }
    }
    root.finish()
    if rules.isEmpty, diagnostics.isEmpty {
      root.report("there are no process_names", mend: "name groups, or leave the file out")
    }
    return ProcessNaming(rules: rules)
  }
}
