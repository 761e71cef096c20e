/// The texts of a Slack message: as they stand in the settings, as parsed templates, or rendered.
struct SlackTexts<Text> {
  var channel: Text
  var username: Text
  var iconEmoji: Text
  var iconURL: Text
  /// `message_text`: the text of the message itself, above the attachment.
  var messageText: Text
  var color: Text
  var title: Text
  var titleLink: Text
  var pretext: Text
  var text: Text
  var fallback: Text
  var callbackID: Text
  var footer: Text
  var imageURL: Text
  var thumbURL: Text
  var fields: [SlackField<Text>] = []
  var actions: [SlackAction<Text>] = []

  /// Transforms every text; `key` is its name in `slack_configs`.
  func map<Other, Failure: Error>(
    _ transform: (_ key: String, _ text: Text) throws(Failure) -> Other
  ) throws(Failure) -> SlackTexts<Other> {
    var result = SlackTexts<Other>(
      channel: try transform("channel", channel),
      username: try transform("username", username),
      iconEmoji: try transform("icon_emoji", iconEmoji),
      iconURL: try transform("icon_url", iconURL),
      messageText: try transform("message_text", messageText),
      color: try transform("color", color),
      title: try transform("title", title),
      titleLink: try transform("title_link", titleLink),
      pretext: try transform("pretext", pretext),
      text: try transform("text", text),
      fallback: try transform("fallback", fallback),
      callbackID: try transform("callback_id", callbackID),
      footer: try transform("footer", footer),
      imageURL: try transform("image_url", imageURL),
      thumbURL: try transform("thumb_url", thumbURL))
    for (index, field) in fields.enumerated() {
      result.fields.append(try field.map(key: "fields[\(index)]", transform))
    }
    for (index, action) in actions.enumerated() {
      result.actions.append(try action.map(key: "actions[\(index)]", transform))
    }
    return result
  }
}

extension SlackTexts: Sendable where Text: Sendable {}

/// A field of an attachment: a title with a value.
struct SlackField<Text> {
  var title: Text
  var value: Text
  /// Whether it may stand beside another; `nil` takes `short_fields`.
  var short: Bool?

  func map<Other, Failure: Error>(
    key: String, _ transform: (String, Text) throws(Failure) -> Other
  ) throws(Failure) -> SlackField<Other> {
    SlackField<Other>(
      title: try transform("\(key).title", title), value: try transform("\(key).value", value),
      short: short)
  }
}

extension SlackField: Sendable where Text: Sendable {}

/// A button of an attachment. It needs a URL or a name.
struct SlackAction<Text> {
  var type: Text
  var text: Text
  var url: Text
  var style: Text
  var name: Text
  var value: Text
  var confirm: SlackConfirmation<Text>?

  func map<Other, Failure: Error>(
    key: String, _ transform: (String, Text) throws(Failure) -> Other
  ) throws(Failure) -> SlackAction<Other> {
    SlackAction<Other>(
      type: try transform("\(key).type", type), text: try transform("\(key).text", text),
      url: try transform("\(key).url", url), style: try transform("\(key).style", style),
      name: try transform("\(key).name", name), value: try transform("\(key).value", value),
      confirm: try confirm?.map(key: "\(key).confirm", transform))
  }
}

extension SlackAction: Sendable where Text: Sendable {}

extension SlackAction<String> {
  init(type: String, text: String) {
    self.init(type: type, text: text, url: "", style: "", name: "", value: "")
  }
}

/// The question that a button asks before it acts.
struct SlackConfirmation<Text> {
  var text: Text
  var title: Text
  var okText: Text
  var dismissText: Text

  func map<Other, Failure: Error>(
    key: String, _ transform: (String, Text) throws(Failure) -> Other
  ) throws(Failure) -> SlackConfirmation<Other> {
    SlackConfirmation<Other>(
      text: try transform("\(key).text", text), title: try transform("\(key).title", title),
      okText: try transform("\(key).ok_text", okText),
      dismissText: try transform("\(key).dismiss_text", dismissText))
  }
}

extension SlackConfirmation: Sendable where Text: Sendable {}
