import AlertRouting
import Configuration
import YAMLDecoding

extension WebhookSettings {
  init(_ section: NotifierSection, defaults: Void) {
    let url = section.requiredURL("url")
    if case .inline(let text) = url, text.contains("{{") {
      section.mapping.report(
        "templates in \"url\" are not supported yet", key: "url", fix: "write the whole URL")
    }
    self.init(url: url)
    maxAlerts = section.mapping.int("max_alerts", in: 0...Int.max) ?? 0
    timeout = section.timeout()
    http = section.http()
    section.mapping.refuse(["payload"])
  }
}
