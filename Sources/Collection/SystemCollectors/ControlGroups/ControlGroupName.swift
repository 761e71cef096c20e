/// To whom a control group belongs: a systemd unit or a container.
struct ControlGroupName: Equatable, Sendable {
  /// The systemd unit; empty for a container.
  var unit = ""
  /// The first twelve digits of the container's id, as the container engines show it; empty for a
  /// unit.
  var container = ""

  /// What a directory of the hierarchy is.
  enum Kind: Equatable, Sendable {
    /// A unit or container: shown, and not looked into.
    case owner(ControlGroupName)
    /// Holds others.
    case parent
  }

  /// Endings of units that have processes.
  private static let endings = [".service", ".scope", ".socket", ".mount", ".swap"]

  /// Judges a directory by its name: `nginx.service`, `docker-<id>.scope`, `<id>`, `system.slice`.
  static func kind(of directory: String) -> Kind {
    if directory.hasSuffix(".scope") {
      // docker-, libpod-, crio- and cri-containerd- are what the engines write.
      let stem = directory.dropLast(".scope".count)
      if let dash = stem.lastIndex(of: "-"), isContainerID(stem[stem.index(after: dash)...]) {
        return .owner(
          ControlGroupName(container: String(stem[stem.index(after: dash)...].prefix(12))))
      }
    }
    if isContainerID(directory[...]) {
      return .owner(ControlGroupName(container: String(directory.prefix(12))))
    }
    if endings.contains(where: directory.hasSuffix) {
      return .owner(ControlGroupName(unit: directory))
    }
    return .parent
  }

  private static func isContainerID(_ text: Substring) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
