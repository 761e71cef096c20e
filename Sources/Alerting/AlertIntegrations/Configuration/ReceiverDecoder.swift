package import AlertRouting
import Configuration
package import YAMLDecoding

/// Decodes the receivers of an `alertmanager.yml`: each kind of notifier reads its own list.
package struct ReceiverDecoder {
  private let file: NotifierFile
  private let http: HTTPClientConfiguration
  private let lists: [(key: String, decode: (NotifierSection) -> IntegrationDefinition)]

  /// Reads what the kinds have in `global`.
  package init(global: ConfigMapping, file: NotifierFile) {
    self.file = file
    let http =
      global.httpConfiguration(directory: file.directory) ?? HTTPClientConfiguration()
    self.http = http
    let section = NotifierSection(mapping: global, receiver: "", file: file, globalHTTP: http)
    lists = Notifiers.kinds.map { Self.list(of: $0, global: section) }
    global.refuse(UnsupportedKinds.globalKeys)
  }

  /// Decodes one receiver.
  package func decode(_ mapping: ConfigMapping) -> ReceiverDefinition {
    var receiver = ReceiverDefinition(
      name: mapping.requiredString("name") ?? "", line: mapping.position.line)
    for (key, decode) in lists {
      let context = key.replacing("_configs", with: " config")
      for entry in mapping.mappings(key, context: context) {
        receiver.integrations.append(
          decode(
            NotifierSection(
              mapping: entry, receiver: receiver.name, file: file, globalHTTP: http)))
      }
    }
    mapping.refuse(
      UnsupportedKinds.lists, fix: "use one of \(lists.map(\.key).joined(separator: ", "))")
    mapping.refuse(["labels"])
    mapping.finish()
    return receiver
  }

  private static func list<Settings: NotifierSettings>(
    of kind: Settings.Type, global: NotifierSection
  ) -> (key: String, decode: (NotifierSection) -> IntegrationDefinition) {
    let defaults = kind.defaults(in: global)
    return (
      "\(kind.kind)_configs",
      { section in
        let settings = Settings(section, defaults: defaults)
        let sendResolved = section.mapping.bool("send_resolved")
        section.finish()
        return IntegrationDefinition(
          kind: Settings.kind, sendResolved: sendResolved ?? Settings.sendsResolvedByDefault,
          settings: settings, line: section.mapping.position.line)
      }
    )
  }
}
