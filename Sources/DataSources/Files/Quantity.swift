/// Numbers as people read them.
package enum Quantity {
  /// "1,234,567".
  package static func count(_ value: some BinaryInteger) -> String {
    let digits = String(value)
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// "210.4 kB", in powers of 1000.
  package static func bytes(_ value: Double) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (scaled, unit) = (value, 0)
    while scaled >= 999.95, unit < units.count - 1 { (scaled, unit) = (scaled / 1000, unit + 1) }
    return unit == 0 ? "\(Int(scaled)) B" : "\(tenths(scaled)) \(units[unit])"
  }

  /// "0.3 s", "42 s", "3 min 20 s", "2 h 5 min".
  package static func duration(_ value: Duration) -> String {
    let seconds = value.components.seconds
    switch seconds {
    case ..<10: return "\(tenths(value / .seconds(1))) s"
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// "1 row", "2 rows".
  package static func plural(_ value: some BinaryInteger, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
