import JournalEngine
package import JournalFormat

/// Numbers as people read them.
package enum Units {
  /// "1,234,567".
  package static func count(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { text += "," }
      text.append(digit)
    }
    return text
  }

  /// "1 record", "2 records"; of a noun with another plural, that as well.
  package static func count(
    _ number: some BinaryInteger, _ noun: String, _ plural: String? = nil
  ) -> String {
    count(number) + " " + (number == 1 ? noun : plural ?? noun + "s")
  }

  /// "512 B", "14.2 MiB".
  package static func bytes(_ number: Int64) -> String {
    if number < 1024 { return "\(number) B" }
    var tenths = number / 1024 * 10 + number % 1024 * 10 / 1024
    for unit in ["KiB", "MiB", "GiB", "TiB"] {
      if tenths < 10_240 || unit == "TiB" { return "\(tenths / 10).\(tenths % 10) \(unit)" }
      tenths /= 1024
    }
    return "\(number) B"
  }

  /// "42 s", "5 min", "3 h", "12 days".
  package static func duration(nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) days"
    }
  }

  /// "2024-05-17T08:30:00.123Z"; the form that sorts.
  package static func time(nanoseconds: Int64) -> String {
    // Numbers from a file may be anything, so nothing here may overflow.
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let seconds = remainder < 0 ? quotient - 1 : quotient
    let fraction = remainder < 0 ? remainder + 1_000_000_000 : remainder
    let text = UTCTime(secondsSince1970: seconds).description
    guard text.hasSuffix("Z") else { return text }
    let milliseconds = String(fraction / 1_000_000)
    return text.dropLast() + "."
      + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds + "Z"
  }

  /// "commit 7", "commits 7 to 9", "commits from 7 on".
  package static func commits(_ first: LogSequenceNumber?, _ last: LogSequenceNumber?) -> String? {
    guard let first else { return nil }
    guard let last else { return "commits from \(first) on" }
    return first >= last ? "commit \(first)" : "commits \(first) to \(last)"
  }
}
