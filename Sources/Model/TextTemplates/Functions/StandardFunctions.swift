package import MetricModel

/// The functions of rule templates and of notification templates.
package enum StandardFunctions {
  /// The functions of annotations and labels in rule files.
  ///
  /// `externalURL` is the address at which users reach this program. `query` works in templates
  /// that are rendered with a query closure, and fails in others.
  package static func rules(externalURL: String = "") -> TemplateFunctions {
    TemplateFunctions(TextFunctions.all).adding(RuleFunctions.all).adding([
      "externalURL": TemplateFunction(0) { _ in .string(externalURL) },
      "pathPrefix": TemplateFunction(0) { _ in .string(path(of: externalURL)) },
    ])
  }

  /// The functions of notification templates.
  ///
  /// `zones` returns the offset of a time zone, given by name, at an instant; `nil` for an unknown
  /// name.
  package static func notifications(
    zones: @escaping @Sendable (String, Timestamp) -> TemplateZoneOffset? = TemplateZoneOffset.utc
  ) -> TemplateFunctions {
    TemplateFunctions(TextFunctions.all).adding(NotificationFunctions.all).adding([
      "tz": TemplateFunction(2) { call throws(TemplateFault) in
        let name = try call.string(0)
        let time = try NotificationFunctions.time(call, 1)
        guard let zone = zones(name, time.instant) else {
          throw TemplateFault("unknown time zone \(name)")
        }
        return .object(
          TemplateTime(time.instant, offset: zone.seconds, zone: zone.abbreviation))
      }
    ])
  }

  /// The path of a URL, without scheme, host and query.
  static func path(of url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let path = url[scheme.upperBound...].drop { $0 != "/" }
    return String(path.prefix { $0 != "?" && $0 != "#" })
  }
}

/// The offset of a time zone at some instant.
package struct TemplateZoneOffset: Hashable, Sendable {
  /// Seconds east of UTC.
  package let seconds: Int
  /// The abbreviation of the zone: `CET`.
  package let abbreviation: String

  /// Creates an offset.
  package init(seconds: Int, abbreviation: String) {
    self.seconds = seconds
    self.abbreviation = abbreviation
  }

  /// Zones of a program without a time zone database: only UTC is known.
  package static func utc(_ name: String, _ instant: Timestamp) -> TemplateZoneOffset? {
    name.isEmpty || name == "UTC" ? TemplateZoneOffset(seconds: 0, abbreviation: "UTC") : nil
  }
}
