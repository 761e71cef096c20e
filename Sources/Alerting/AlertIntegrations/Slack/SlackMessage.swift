import AlertRouting
import MetricModel
import TextTemplates

/// The JSON of one message to Slack (SL1, SL2).
struct SlackMessage {
  let settings: SlackSettings
  let texts: TextFields
  let notification: AlertNotification

  /// The most characters of a title (SL2).
  static let titleLimit = 1024
  /// The most characters of a text (SL6).
  static let textLimit = 40_000

  /// Parses all texts of the settings.
  static func fields(
    _ settings: SlackSettings, _ empty: TextFields
  ) throws(TemplateError) -> TextFields {
    var texts = empty
    for (name, text) in [
      ("channel", settings.channel), ("username", settings.username), ("color", settings.color),
      ("title", settings.title), ("title_link", settings.titleLink),
      ("pretext", settings.pretext), ("text", settings.text),
      ("message_text", settings.messageText), ("footer", settings.footer),
      ("fallback", settings.fallback), ("callback_id", settings.callbackID),
      ("icon_emoji", settings.iconEmoji), ("icon_url", settings.iconURL),
      ("image_url", settings.imageURL), ("thumb_url", settings.thumbURL),
    ] {
      try texts.add(name, text)
    }
    for (index, field) in settings.fields.enumerated() {
      try texts.add("fields[\(index)].title", field.title)
      try texts.add("fields[\(index)].value", field.value)
    }
    for (index, action) in settings.actions.enumerated() {
      for (name, text) in action.texts { try texts.add("actions[\(index)].\(name)", text) }
    }
    return texts
  }

  /// The message as the settings want it.
  func json() throws(TemplateError) -> [UInt8] {
    var writer = JSONWriter()
    try writer.object { writer throws(TemplateError) in
      for name in ["channel", "username", "icon_emoji", "icon_url"] { try put(name, in: &writer) }
      if settings.linkNames {
        writer.key("link_names")
        writer.bool(true)
      }
      try put("message_text", as: "text", limit: Self.textLimit, in: &writer)
      writer.key("attachments")
      try writer.array { writer throws(TemplateError) in
        try writer.object { writer throws(TemplateError) in try attachment(&writer) }
      }
    }
    return writer.bytes
  }

  /// A message that needs no template, for when one of them fails.
  func plain(because error: TemplateError) -> [UInt8] {
    let summary = PlainSummary(notification: notification)
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("attachments")
      writer.array { writer in
        writer.object { writer in
          for (name, text, limit) in [
            ("title", summary.title, Self.titleLimit), ("fallback", summary.title, Self.titleLimit),
            ("text", summary.text(because: error), Self.textLimit),
            ("color", notification.status == .firing ? "danger" : "good", 16),
          ] {
            writer.key(name)
            writer.string(text.truncated(to: limit))
          }
        }
      }
    }
    return writer.bytes
  }

  private func attachment(_ writer: inout JSONWriter) throws(TemplateError) {
    try put("title", limit: Self.titleLimit, in: &writer)
    for name in ["title_link", "pretext"] { try put(name, in: &writer) }
    try put("text", limit: Self.textLimit, in: &writer)
    for name in ["fallback", "callback_id", "image_url", "thumb_url", "footer", "color"] {
      try put(name, in: &writer)
    }
    if !settings.fields.isEmpty { try putFields(&writer) }
    if !settings.actions.isEmpty { try putActions(&writer) }
    writer.key("mrkdwn_in")
    writer.array { writer in for name in settings.markdownIn { writer.string(name) } }
  }

  private func putFields(_ writer: inout JSONWriter) throws(TemplateError) {
    writer.key("fields")
    try writer.array { writer throws(TemplateError) in
      for (index, field) in settings.fields.enumerated() {
        try writer.object { writer throws(TemplateError) in
          try put("fields[\(index)].title", as: "title", in: &writer)
          try put("fields[\(index)].value", as: "value", in: &writer)
          writer.key("short")
          writer.bool(field.short ?? settings.shortFields)
        }
      }
    }
  }

  private func putActions(_ writer: inout JSONWriter) throws(TemplateError) {
    writer.key("actions")
    try writer.array { writer throws(TemplateError) in
      for (index, action) in settings.actions.enumerated() {
        try writer.object { writer throws(TemplateError) in
          for name in ["type", "text", "url", "style", "name", "value"] {
            try put("actions[\(index)].\(name)", as: name, in: &writer)
          }
          guard action.confirm != nil else { return }
          writer.key("confirm")
          try writer.object { writer throws(TemplateError) in
            for name in ["title", "text", "ok_text", "dismiss_text"] {
              try put("actions[\(index)].confirm.\(name)", as: name, in: &writer)
            }
          }
        }
      }
    }
  }

  /// Writes a text, unless it is empty.
  private func put(
    _ field: String, as name: String? = nil, limit: Int = .max, in writer: inout JSONWriter
  ) throws(TemplateError) {
    let text = try texts.render(field, notification)
    guard !text.isEmpty else { return }
    writer.key(name ?? field)
    writer.string(text.truncated(to: limit))
  }
}

extension SlackAction {
  /// All texts with their names.
  fileprivate var texts: [(String, String)] {
    [
      ("type", type), ("text", text), ("url", url), ("style", style), ("name", name),
      ("value", value), ("confirm.title", confirm?.title ?? ""),
      ("confirm.text", confirm?.text ?? ""), ("confirm.ok_text", confirm?.okText ?? ""),
      ("confirm.dismiss_text", confirm?.dismissText ?? ""),
    ]
  }
}
