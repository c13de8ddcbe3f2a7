import JournalEngine

/// Reads times as they are typed.
struct MomentText {
  private static let nanosecondsPerSecond: Int64 = 1_000_000_000
  private var rest: Substring.UTF8View
  /// Whether what was read is a time by its form, and further away than nanoseconds count.
  private var isOutOfRange = false

  private init(_ text: String) { rest = Substring(text).utf8 }

  /// Nanoseconds since 1970 of a date and time, of seconds behind `@`, or of a span before `now`.
  static func time(_ text: String, now: Int64) -> Int64? {
    var reader = MomentText(text)
    return reader.time(now: now)
  }

  /// Whether a text is a time by its form, and further away than nanoseconds count.
  static func isOutOfRange(_ text: String, now: Int64) -> Bool {
    var reader = MomentText(text)
    return reader.time(now: now) == nil && reader.isOutOfRange
  }

  private mutating func time(now: Int64) -> Int64? {
    switch rest.first {
    case UInt8(ascii: "@"):
      rest.removeFirst()
      return secondsSince1970()
    case UInt8(ascii: "-"):
      rest.removeFirst()
      return span().flatMap { span in
        let (time, overflow) = now.subtractingReportingOverflow(span)
        return checked(time, overflow)
      }
    default:
      return dateAndTime()
    }
  }

  private mutating func secondsSince1970() -> Int64? {
    guard let seconds = number(of: 1...18) else { return nil }
    let fraction = takesByte(".") ? self.fraction() : 0
    guard let fraction, rest.isEmpty else { return nil }
    return time(seconds: seconds, fraction: fraction)
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
    return checked(total, overflow)
  }

  private mutating func dateAndTime() -> Int64? {
    guard let year = number(of: 4...4), takesByte("-"), let month = number(of: 2...2),
      takesByte("-"), let day = number(of: 2...2),
      let midnight = UTCTime.secondsSince1970(year: year, month: month, day: day)
    else { return nil }
    if rest.isEmpty { return time(seconds: midnight, fraction: 0) }
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
    return time(
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

  private mutating func time(seconds: Int64, fraction: Int64) -> Int64? {
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
    let (time, carry) = whole.addingReportingOverflow(fraction)
    return checked(time, overflow || carry)
  }

  private mutating func checked(_ number: Int64, _ isOverflow: Bool) -> Int64? {
    if isOverflow { isOutOfRange = true }
    return isOverflow ? nil : number
  }
}
