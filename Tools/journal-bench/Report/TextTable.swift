/// Rows of text in columns, of which some are aligned left and the others right.
struct TextTable {
  private let leftColumns: Set<Int>
  private var rows: [[String]] = []

  init(leftColumns: Set<Int> = [0]) { self.leftColumns = leftColumns }

  mutating func add(_ row: [String]) { rows.append(row) }

  var text: String {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if leftColumns.contains(column) {
          return column == row.count - 1 ? cell : cell + padding
        }
        return padding + cell
      }.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// 1234567 as "1,234,567".
  static func grouped(_ number: Double) -> String {
    var text = ""
    for (position, digit) in String(Int64(number.rounded())).reversed().enumerated() {
      if position > 0, position % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A number with so many decimals.
  static func fixed(_ number: Double, _ decimals: Int = 2) -> String {
    if decimals == 0 { return String(Int64(number.rounded())) }
    let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
    let scaled = Int64((number * scale).rounded())
    let fraction = String(scaled.magnitude % UInt64(scale))
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(scaled / Int64(scale)).\(zeros)\(fraction)"
  }
}
