import Codecs
import MetricModel

/// A mail: headers, and the same message as text and as HTML.
struct MailMessage {
  /// Headers in order, with their values encoded.
  var headers: [(name: String, value: String)]
  var text: String
  var html: String
  var date: Timestamp
  /// The source of the boundary, which must not be predictable, so that no body contains it.
  var boundarySeed: String

  /// Lower-case names of the headers that this type writes itself.
  static let ownHeaders: Set<String> = [
    "date", "mime-version", "content-type", "content-transfer-encoding", "message-id",
  ]

  /// The whole mail but `Message-Id`, with CR LF as line ends.
  var bytes: [UInt8] {
    let boundary = "tocsin-" + Hexadecimal.text(Digest.sha256(Array(boundarySeed.utf8)).prefix(16))
    var lines = ""
    for (name, value) in headers { lines += "\(name): \(value)\r\n" }
    lines += "Date: \(Self.dateText(date))\r\n"
    lines += "MIME-Version: 1.0\r\n"
    lines += "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n"
    for (type, body) in [("plain", text), ("html", html)] where !body.isEmpty {
      lines += "--\(boundary)\r\n"
      lines += "Content-Type: text/\(type); charset=UTF-8\r\n"
      lines += "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
      lines += QuotedPrintable.encode(body)
      lines += "\r\n"
    }
    lines += "--\(boundary)--\r\n"
    return Array(lines.utf8)
  }

  /// `Sat, 21 Nov 2026 08:06:00 +0000`
  static func dateText(_ instant: Timestamp) -> String {
    let date = CivilDate(instant)
    let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.weekday]
    let month = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][date.month - 1]
    return "\(weekday), \(date.day) \(month) \(date.year) \(date.timeText) +0000"
  }
}
