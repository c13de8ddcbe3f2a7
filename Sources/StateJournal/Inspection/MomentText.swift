import JournalEngine

/// Reads times as they are typed.
struct MomentText {
  private static let nanosecondsPerSecond: Int64 = 1_000_000_000
  private var rest: Substring.UTF8View

  /// Nanoseconds since 1970 of a date and time, of seconds behind `@`, or of a span before `now`.
  static func time(_ text: String, now: Int64) -> Int64? {
    var reader = MomentText(rest: Substring(text).utf8)
    switch reader.rest.first {
    case UInt8(ascii: "@"):
      reader.rest.removeFirst()
      return reader.secondsSince1970()
    case UInt8(ascii: "-"):
      reader.rest.removeFirst()
      return reader.span().flatMap { span in
        let (time, overflow) = now.subtractingReportingOverflow(span)
        return overflow ? nil : time
      }
    default:
      return reader.dateAndTime()
    }
  }

  private mutating func secondsSince1970() -> Int64? {
    guard let seconds = number(of: 1...18) else { return nil }
    let fraction = takesByte(".") ? self.fraction() : 0
    guard let fraction, rest.isEmpty else { return nil }
    return Self.time(seconds: seconds, fraction: fraction)
  }

  /// "10m": how many nanoseconds.
  private mutating func span() -> Int64? {
    guard let count = number(of: 1...12), let unit = rest.popFirst(), rest.isEmpty else {
      return nil
    }
    let seconds: Int64
    switch unit {
    case UInt8(ascii: "s"): seconds = 1
    case UInt8(ascii: "m"): seconds = 60
    case UInt8(ascii: "h"): seconds = 3_600
    case UInt8(ascii: "d"): seconds = 86_400
    case UInt8(ascii: "w"): seconds = 604_800
    default: return nil
    }
    let (total, overflow) = (count * seconds).multipliedReportingOverflow(
      by: Self.nanosecondsPerSecond)
    return overflow ? nil : total
  }

  private mutating func dateAndTime() -> Int64? {
    guard let year = number(of: 4...4), takesByte("-"), let month = number(of: 2...2),
      takesByte("-"), let day = number(of: 2...2),
      let midnight = UTCTime.secondsSince1970(year: year, month: month, day: day)
    else { return nil }
    if rest.isEmpty { return Self.time(seconds: midnight, fraction: 0) }
    guard takesByte("T") || takesByte("t") || takesByte(" "),
      let hour = number(of: 2...2), hour < 24, takesByte(":"),
      let minute = number(of: 2...2), minute < 60
    else { return nil }
    var second: Int64 = 0
    var fraction: Int64? = 0
    if takesByte(":") {
      // A leap second is the last moment of its minute to clocks that do not know it.
      guard let number = number(of: 2...2), number <= 60 else { return nil }
      second = number
      if takesByte(".") { fraction = self.fraction() }
    }
    guard let fraction, let offset = zone(), rest.isEmpty else { return nil }
    return Self.time(
      seconds: midnight + hour * 3_600 + minute * 60 + second - offset, fraction: fraction)
  }

  /// Seconds ahead of UTC; none where no zone is given.
  private mutating func zone() -> Int64? {
    if rest.isEmpty || takesByte("Z") || takesByte("z") { return 0 }
    let sign: Int64
    if takesByte("+") {
      sign = 1
    } else if takesByte("-") {
      sign = -1
    } else {
      return nil
    }
    guard let hours = number(of: 2...2), hours < 24, takesByte(":"),
      let minutes = number(of: 2...2), minutes < 60
    else { return nil }
    return sign * (hours * 3_600 + minutes * 60)
  }

  /// Digits behind a point, as nanoseconds.
  private mutating func fraction() -> Int64? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard 1...9 ~= digits.count, var fraction = number(of: 1...9) else { return nil }
    for _ in digits.count..<9 { fraction *= 10 }
    return fraction
  }

  private mutating func number(of counts: ClosedRange<Int>) -> Int64? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard counts.contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  private mutating func takesByte(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private static func time(seconds: Int64, fraction: Int64) -> Int64? {
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
    let (time, carry) = whole.addingReportingOverflow(fraction)
    return overflow || carry ? nil : time
  }
}
