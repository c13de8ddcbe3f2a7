/// A moment as people and other programs read it: ISO 8601, in UTC, to the second.
package struct UTCTime: CustomStringConvertible {
  private let secondsSince1970: Int64

  /// A moment in seconds since the start of 1970.
  package init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

  /// "2024-05-17T08:30:00Z"; a moment outside of the years 0 to 9999 is given in seconds, since
  /// numbers from a file may be anything.
  package var description: String {
    let daySeconds: Int64 = 86_400
    guard (-62_167_219_200...253_402_300_799).contains(secondsSince1970) else {
      return "\(secondsSince1970) seconds since 1970"
    }
    let second = (secondsSince1970 % daySeconds + daySeconds) % daySeconds
    let (year, month, day) = Self.date((secondsSince1970 - second) / daySeconds)
    return "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
      + "T\(Self.padded(second / 3600, to: 2)):\(Self.padded(second / 60 % 60, to: 2))"
      + ":\(Self.padded(second % 60, to: 2))Z"
  }

  /// The date in the Gregorian calendar, so many days after 1970-01-01 (Howard Hinnant, "chrono-
  /// compatible low-level date algorithms", `civil_from_days`). Years begin in March there, so that
  /// a leap day is the last of its year; an era is 400 years.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  /// The first second of a day, in seconds since 1970; `nil` when there is no such day. O(1).
  package static func secondsSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard 0...9999 ~= year, 1...12 ~= month, 1...31 ~= day else { return nil }
    // The same algorithm backwards (`days_from_civil`).
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    // A day that its month does not have comes out as one of the next month.
    guard date(days) == (year, month, day) else { return nil }
    return days * 86_400
  }

  private static func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
