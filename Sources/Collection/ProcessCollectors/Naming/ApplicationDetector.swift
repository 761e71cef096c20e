/// Recognises applications among the processes of one executable, such as Node scripts, without
/// configured rules.
///
/// Each entry of the table names the group of a process, or returns nil.
struct ApplicationDetector: Sendable {
  /// The kind of application, as shown by `tocsin check processes`.
  let reason: String
  private let name: @Sendable (ProcessDescription) -> String?

  /// The table; the first entry that recognises a process decides.
  static let all: [ApplicationDetector] = [
    ApplicationDetector(reason: "PM2 daemon") { process in
      process.arguments.first?.hasPrefix("PM2 v") == true ? "pm2" : nil
    },
    ApplicationDetector(reason: "application of PM2") { process in
      process.managedName.map { "pm2:\($0)" }
    },
    ApplicationDetector(reason: "nginx") { $0.program == "nginx" ? "nginx" : nil },
    ApplicationDetector(reason: "PostgreSQL server") { process in
      ["postgres", "postmaster"].contains(process.program) ? "postgres" : nil
    },
    ApplicationDetector(reason: "Redis server", name: redis),
    ApplicationDetector(reason: "gunicorn application", name: gunicorn),
    ApplicationDetector(reason: "Celery application", name: celery),
    ApplicationDetector(reason: "Python script", name: python),
    ApplicationDetector(reason: "Node script", name: node),
    ApplicationDetector(reason: "Java program", name: java),
  ]

  private init(reason: String, name: @escaping @Sendable (ProcessDescription) -> String?) {
    self.reason = reason
    self.name = name
  }

  /// The group of a recognised process; nil for others.
  static func choice(for process: ProcessDescription) -> ProcessNaming.Choice? {
    for detector in all {
      if let name = detector.name(process) {
        return ProcessNaming.Choice(name: name, reason: detector.reason)
      }
    }
    return nil
  }

  /// Whether PM2 may run the program, so that its environment contains its PM2 name.
  static func mayBeManaged(_ process: ProcessDescription) -> Bool {
    isNode(process) || isPython(process) || ["bun", "deno"].contains(process.program)
  }
}

extension ApplicationDetector {
  // Debian's redis-server is a link to redis-check-rdb: the kernel's name distinguishes them.
  private static func redis(_ process: ProcessDescription) -> String? {
    for name in ["redis-server", "redis-sentinel", "valkey-server", "keydb-server"] {
      guard process.program == name || process.comm == name else { continue }
      let kind = name.hasSuffix("-server") ? String(name.dropLast(7)) : name
      // The title ends in the address: `redis-server 127.0.0.1:6379`.
      let title = process.words.dropFirst().first ?? ""
      let port = title.split(separator: ":").last.map(String.init) ?? ""
      guard title.contains(":"), port.allSatisfy(\.isNumber), port != "6379" else { return kind }
      return "\(kind):\(port)"
    }
    return nil
  }

  private static func gunicorn(_ process: ProcessDescription) -> String? {
    let words = process.words
    guard let first = words.first else { return nil }
    if first == "gunicorn:" {
      // `gunicorn: master [shop.wsgi]`
      guard let application = words.last, application.hasPrefix("["), application.hasSuffix("]")
      else { return "gunicorn" }
      return "gunicorn:\(moduleName(application.dropFirst().dropLast()))"
    }
    guard let script = words.firstIndex(where: { ProcessDescription.baseName($0) == "gunicorn" }),
      script < 3
    else { return nil }
    let rest = words[(script + 1)...]
    let application = rest.indices.last { index in
      let word = rest[index]
      guard !word.hasPrefix("-"), word.first?.isLetter == true || word.hasPrefix("_") else {
        return false
      }
      let before = index > rest.startIndex ? rest[index - 1] : ""
      return !before.hasPrefix("-") || before.contains("=") || before.hasPrefix("--no-")
        || flags.contains(before)
    }
    return application.map { "gunicorn:\(moduleName(rest[$0][...]))" } ?? "gunicorn"
  }

  /// Options of gunicorn that take no value.
  private static let flags: Set<String> = [
    "--daemon", "-D", "--preload", "--reload", "--spew", "--check-config", "--print-config",
    "--capture-output", "-R", "--enable-stdio-inheritance",
  ]

  private static func celery(_ process: ProcessDescription) -> String? {
    let words = process.words
    guard let script = words.firstIndex(where: { ProcessDescription.baseName($0) == "celery" }),
      script < 4, isPython(process)
    else { return nil }
    for (index, word) in words.enumerated() {
      if word == "-A" || word == "--app", index + 1 < words.count {
        return "celery:\(moduleName(words[index + 1][...]))"
      }
      if word.hasPrefix("--app=") { return "celery:\(moduleName(word.dropFirst(6)))" }
    }
    return "celery"
  }

  private static func isPython(_ process: ProcessDescription) -> Bool {
    for prefix in ["python", "pypy"] where process.program.hasPrefix(prefix) {
      return process.program.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
    }
    return false
  }

  private static func python(_ process: ProcessDescription) -> String? {
    guard isPython(process) else { return nil }
    return script(
      of: process, kind: "python", valued: ["-W", "-X", "--check-hash-based-pycs"],
      module: ["-m"], inline: ["-c"])
  }

  private static func isNode(_ process: ProcessDescription) -> Bool {
    ["node", "nodejs"].contains(process.program)
  }

  private static func node(_ process: ProcessDescription) -> String? {
    guard isNode(process) else { return nil }
    return script(
      of: process, kind: "node",
      valued: ["-r", "--require", "--import", "--loader", "--experimental-loader", "-C"],
      module: [], inline: ["-e", "--eval", "-p", "--print"])
  }

  private static func java(_ process: ProcessDescription) -> String? {
    guard process.program == "java" else { return nil }
    let words = process.words
    var index = 1
    while index < words.count {
      let word = words[index]
      if word == "-jar" || word == "-m" || word == "--module" {
        guard index + 1 < words.count else { return "java" }
        return "java:\(ProcessDescription.baseName(words[index + 1]))"
      }
      if ["-cp", "-classpath", "--class-path", "-p", "--module-path"].contains(word) {
        index += 1
      } else if !word.hasPrefix("-"), !word.hasPrefix("@") {
        return "java:\(word)"
      }
      index += 1
    }
    return "java"
  }

  /// The script that an interpreter runs, after its options.
  private static func script(
    of process: ProcessDescription, kind: String, valued: Set<String>, module: Set<String>,
    inline: Set<String>
  ) -> String {
    let words = process.words
    var index = 1
    while index < words.count {
      let word = words[index]
      if inline.contains(word) { return kind }
      if module.contains(word), index + 1 < words.count {
        return "\(kind):\(moduleName(words[index + 1][...]))"
      }
      if valued.contains(word) {
        index += 1
      } else if !word.hasPrefix("-") {
        return "\(kind):\(scriptName(word))"
      }
      index += 1
    }
    return kind
  }

  /// The part of `shop.wsgi:application` that distinguishes applications.
  private static func moduleName(_ text: Substring) -> String {
    String(text.prefix { $0 != ":" && $0 != "(" })
  }

  private static let plainNames: Set<String> = [
    "index", "server", "app", "main", "start", "run", "cli", "manage", "wsgi", "asgi",
    "__main__", "worker", "www",
  ]
  private static let plainFolders: Set<String> = [
    "dist", "build", "src", "bin", "lib", "out", "current", ".",
  ]

  /// The last component of a path, preceded by its folder's name if it is a common one such as
  /// `index.js`.
  static func scriptName(_ path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let base = parts.last else { return path }
    let stem = base.split(separator: ".").first.map(String.init) ?? base
    guard plainNames.contains(stem),
      let folder = parts.dropLast().last(where: { !plainFolders.contains($0) })
    else { return base }
    return "\(folder)/\(base)"
  }
}

extension ProcessDescription {
  /// The arguments; of a process that wrote its title over them, the words of the title.
  var words: [String] {
    guard arguments.count == 1, arguments[0].contains(" ") else { return arguments }
    return arguments[0].split(separator: " ").map(String.init)
  }
}
