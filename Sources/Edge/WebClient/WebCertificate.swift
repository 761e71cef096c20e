/// A certificate that a server showed, verified or not.
package struct WebCertificate: Hashable, Sendable {
  /// Distinguished names as OpenSSL writes them: `CN = example.org`.
  package var subject: String
  package var issuer: String
  /// Hexadecimal digits.
  package var serialNumber: String
  /// `DNS:example.org, IP Address:192.0.2.1`, or empty.
  package var subjectAlternativeNames: String
  /// Validity, in seconds since the epoch; nil when the date cannot be read.
  package var notBefore: Int?
  package var notAfter: Int?

  /// Reads the `Name:value` fields of libcurl.
  init(fields: [String]) {
    func value(_ name: String) -> String {
      guard let field = fields.first(where: { $0.hasPrefix(name + ":") }) else { return "" }
      return String(field.dropFirst(name.count + 1))
    }
    subject = value("Subject")
    issuer = value("Issuer")
    serialNumber = value("Serial Number")
    subjectAlternativeNames = value("X509v3 Subject Alternative Name")
    notBefore = Self.seconds(value("Start date"))
    notAfter = Self.seconds(value("Expire date"))
  }

  /// Reads `Nov 21 08:40:00 2026 GMT`.
  static func seconds(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    guard words.count == 5, words[4] == "GMT", let month = months.firstIndex(of: String(words[0])),
      let day = Int(words[1]), let year = Int(words[3]), (1...31).contains(day),
      (0...9999).contains(year)
    else { return nil }
    let clock = words[2].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3 else { return nil }
    return days(year, month + 1, day) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
  }

  /// Days from 1970-01-01 in the Gregorian calendar; years begin in March here, so that the leap day is the last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return 365 * shifted + (shifted / 4) - (shifted / 100) + (shifted / 400) + dayOfYear - 719_468
  }
}
