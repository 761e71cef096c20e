package import AlertRouting

/// The settings of one integration: how they are read from a receiver, and the notifier made from
/// them.
///
/// Each folder of this module has one conforming type, which also represents the kind:
/// ``Notifiers/kinds`` lists the types.
package protocol NotifierSettings: Sendable {
  /// The defaults of the kind from `global`; `Void` if it has none.
  associatedtype Defaults: Sendable = Void

  /// The name, as metrics and keys show it: `slack`. The list in a receiver is `slack_configs`.
  static var kind: String { get }

  /// The value of `send_resolved` where the configuration gives none.
  static var sendsResolvedByDefault: Bool { get }

  /// The template definitions that the default texts call. A user's template file may replace them.
  static var defaultTemplates: String { get }

  /// Reads the kind's keys of the `global` section.
  static func defaults(in global: NotifierSection) -> Defaults

  /// Reads one entry of the kind's list and reports its errors to the section.
  ///
  /// `send_resolved` is read by the caller.
  init(_ section: NotifierSection, defaults: Defaults)

  /// Makes the notifier, which parses every template.
  ///
  /// - Throws: `TemplateError`, or ``SettingError`` for settings that cannot work.
  func makeNotifier(_ tools: NotifierTools) throws -> any Notifier
}

extension NotifierSettings {
  /// No definitions.
  package static var defaultTemplates: String { "" }
}

extension NotifierSettings where Defaults == Void {
  /// Reads nothing.
  package static func defaults(in global: NotifierSection) {}
}

/// A setting that no notifier can be made of.
struct SettingError: Error, CustomStringConvertible {
  let description: String
}
