import AlertRouting
import MetricModel
import TextTemplates

/// The JSON of one message: Slack's format for incoming webhooks, with one attachment.
struct SlackMessage {
  let settings: SlackSettings
  /// The texts, rendered.
  let texts: SlackTexts<String>

  /// The most characters of a title.
  static let titleLimit = 1024
  /// The most characters of a text.
  static let textLimit = 40_000

  var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.text("channel", texts.channel)
      writer.text("username", texts.username)
      writer.text("icon_emoji", texts.iconEmoji)
      writer.text("icon_url", texts.iconURL)
      if settings.linkNames {
        writer.key("link_names")
        writer.bool(true)
      }
      writer.text("text", texts.messageText, limit: Self.textLimit)
      writer.key("attachments")
      writer.array { writer in writer.object { attachment(&$0) } }
    }
    return writer.bytes
  }

  /// A message that needs no template.
  static func plain(_ notification: AlertNotification, because error: TemplateError) -> [UInt8] {
    let summary = PlainSummary(notification: notification)
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("attachments")
      writer.array { writer in
        writer.object { writer in
          writer.text("title", summary.title, limit: titleLimit)
          writer.text("fallback", summary.title, limit: titleLimit)
          writer.text("text", summary.text(because: error), limit: textLimit)
          writer.text("color", notification.status == .firing ? "danger" : "good")
        }
      }
    }
    return writer.bytes
  }

  private func attachment(_ writer: inout JSONWriter) {
    writer.text("title", texts.title, limit: Self.titleLimit)
    writer.text("title_link", texts.titleLink)
    writer.text("pretext", texts.pretext)
    writer.text("text", texts.text, limit: Self.textLimit)
    writer.text("fallback", texts.fallback)
    writer.text("callback_id", texts.callbackID)
    writer.text("image_url", texts.imageURL)
    writer.text("thumb_url", texts.thumbURL)
    writer.text("footer", texts.footer)
    writer.text("color", texts.color)
    if !texts.fields.isEmpty {
      writer.key("fields")
      writer.array { writer in for field in texts.fields { put(field, in: &writer) } }
    }
    if !texts.actions.isEmpty {
      writer.key("actions")
      writer.array { writer in for action in texts.actions { put(action, in: &writer) } }
    }
    writer.key("mrkdwn_in")
    writer.array { writer in for name in settings.markdownIn { writer.string(name) } }
  }

  private func put(_ field: SlackField<String>, in writer: inout JSONWriter) {
    writer.object { writer in
      writer.text("title", field.title)
      writer.text("value", field.value)
      writer.key("short")
      writer.bool(field.short ?? settings.shortFields)
    }
  }

  private func put(_ action: SlackAction<String>, in writer: inout JSONWriter) {
    writer.object { writer in
      writer.text("type", action.type)
      writer.text("text", action.text)
      writer.text("url", action.url)
      writer.text("style", action.style)
      writer.text("name", action.name)
      writer.text("value", action.value)
      guard let confirm = action.confirm else { return }
      writer.key("confirm")
      writer.object { writer in
        writer.text("title", confirm.title)
        writer.text("text", confirm.text)
        writer.text("ok_text", confirm.okText)
        writer.text("dismiss_text", confirm.dismissText)
      }
    }
  }
}
