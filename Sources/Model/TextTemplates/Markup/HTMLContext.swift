/// The position in a piece of HTML: what kind of markup the next character belongs to.
///
/// Only the markup of a template advances it. Values are escaped so that they cannot.
struct HTMLContext: Equatable {
  /// The kind of markup.
  enum State: Equatable {
    case text
    /// After `<`, in the name of an element.
    case elementName
    /// In a tag, between attributes or in the name of one.
    case tag
    /// After `name=`.
    case beforeValue
    /// In the value of an attribute; `quote` is 0 for a value without quotes.
    case value(quote: UInt8)
    case comment
    /// In an element whose content is not markup, as `script`.
    case raw(element: String)
  }

  /// What the value of an attribute is.
  enum Meaning: Equatable {
    case plain, url, script, style
  }

  private(set) var state = State.text
  private(set) var meaning = Meaning.plain
  /// Whether a part of the attribute's value has been written.
  var isValueStarted = false
  /// Whether the template has written a `?` into the attribute's value.
  private(set) var isInQuery = false

  private var element = ""
  private var isClosingTag = false
  private var attribute = ""
  private var tail: [UInt8] = []

  /// Advances over markup.
  mutating func advance(over text: String.UTF8View) {
    for byte in text { advance(byte) }
  }

  private mutating func advance(_ byte: UInt8) {
    switch state {
    case .text:
      if byte == UInt8(ascii: "<") { open() }
    case .elementName: elementName(byte)
    case .tag: tag(byte)
    case .beforeValue: beforeValue(byte)
    case .value(let quote): value(byte, quote: quote)
    case .comment:
      remember(byte, 3)
      if tail == Array("-->".utf8) { state = .text }
    case .raw(let element):
      remember(byte, element.utf8.count + 2)
      if String(decoding: tail, as: UTF8.self).lowercased() == "</\(element)" {
        self.element = element
        isClosingTag = true
        state = .tag
      }
    }
  }

  private mutating func open() {
    state = .elementName
    element = ""
    isClosingTag = false
  }

  private mutating func elementName(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "/") where element.isEmpty: isClosingTag = true
    case UInt8(ascii: ">"): close()
    case UInt8(ascii: "/"): beginAttribute()
    case _ where TemplateLexer.isSpace(byte):
      if element.isEmpty, !isClosingTag { state = .text } else { beginAttribute() }
    case _
    where element.isEmpty && !isClosingTag && byte != UInt8(ascii: "!")
      && !TemplateLexer.isNameByte(byte):
      state = .text
    default:
      element.unicodeScalars.append(Unicode.Scalar(byte))
      if element == "!--" {
        state = .comment
        tail = []
      }
    }
  }

  private mutating func beginAttribute() {
    state = .tag
    attribute = ""
  }

  private mutating func tag(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: ">"): close()
    case UInt8(ascii: "="):
      state = .beforeValue
      meaning = Self.meaning(of: attribute.lowercased())
      isValueStarted = false
      isInQuery = false
    case UInt8(ascii: "/"): attribute = ""
    case _ where TemplateLexer.isSpace(byte):
      tail = [byte]
    default:
      if tail.last.map(TemplateLexer.isSpace) == true { attribute = "" }
      tail = []
      attribute.unicodeScalars.append(Unicode.Scalar(byte))
    }
  }

  private mutating func beforeValue(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): state = .value(quote: byte)
    case UInt8(ascii: ">"): close()
    case _ where TemplateLexer.isSpace(byte): break
    default:
      state = .value(quote: 0)
      isValueStarted = true
    }
  }

  private mutating func value(_ byte: UInt8, quote: UInt8) {
    if quote == 0 {
      if byte == UInt8(ascii: ">") { return close() }
      if TemplateLexer.isSpace(byte) { return beginAttribute() }
    } else if byte == quote {
      return beginAttribute()
    }
    isValueStarted = true
    if byte == UInt8(ascii: "?") { isInQuery = true }
  }

  /// Ends a tag at its `>`.
  private mutating func close() {
    let name = element.lowercased()
    tail = []
    state =
      !isClosingTag && ["script", "style", "textarea", "title"].contains(name)
      ? .raw(element: name) : .text
  }

  /// Starts an attribute value without quotes.
  mutating func beginUnquotedValue() {
    if state == .beforeValue { state = .value(quote: 0) }
  }

  private mutating func remember(_ byte: UInt8, _ count: Int) {
    tail.append(byte)
    if tail.count > count { tail.removeFirst() }
  }

  private static let urlAttributes: Set<String> = [
    "action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href",
    "icon", "longdesc", "manifest", "poster", "profile", "src", "usemap", "xlink:href", "xmlns",
  ]

  private static func meaning(of attribute: String) -> Meaning {
    if attribute.hasPrefix("on") || attribute == "srcdoc" { return .script }
    if attribute == "style" { return .style }
    return urlAttributes.contains(attribute) ? .url : .plain
  }
}
