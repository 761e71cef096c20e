import PostgresAccess
import TestSupport
import Testing

@Test func passwordsStandInNoErrorHoweverTheStringIsBroken() throws {
  var dice = RepeatableRandom(seed: 7)
  let letters = Array("abcXYZ019-_.~!*(){}[]^ =@:/?#&%+'\"\\,;|<>$`äß\n\t")
  for round in 0..<3_000 {
    let core = "Geheim\(round)"
    let noise = (0..<Int.random(in: 0...4, using: &dice)).map { _ in
      letters[Int.random(in: 0..<letters.count, using: &dice)]
    }
    let password = core + String(noise)
    let forms = [
      "postgresql://u:\(password)@db.invalid:5432/shop?sslmode=require",
      "postgres://u:\(password)@db.invalid", "host=db.invalid password=\(password) user=u",
      "host=db.invalid password='\(password)' dbname=x",
      "postgresql://db.invalid/x?password=\(password)",
      "jdbc:postgresql://db.invalid/x?user=u&password=\(password)",
    ]
    var text = Array(forms[round % forms.count])
    for _ in 0..<Int.random(in: 0...3, using: &dice) {
      let at = Int.random(in: 0..<text.count, using: &dice)
      // The password itself is never changed, so that its absence is meaningful.
      guard !core.contains(text[at]) else { continue }
      text[at] = letters[Int.random(in: 0..<letters.count, using: &dice)]
    }
    let source = String(text)
    guard source.contains(core) else { continue }
    do {
      let settings = try PostgresSettings(parsing: source)
      // If the changed string contains another password, the original one is not secret in it.
      guard settings["password"]?.contains(core) == true else { continue }
      var dumped = ""
      dump(settings, to: &dumped)
      let shown = ["\(settings)", String(reflecting: settings), dumped, settings.serverLabel]
      for text in shown { #expect(!text.contains(core), "\(source)") }
      let message = "FATAL: cannot log in with \(settings["password"] ?? "") at db"
      #expect(!settings.redacting(message).contains(core))
    } catch {
      #expect(!"\(error)".contains(core), "\(source): \(error)")
    }
  }
}
