import StateJournal

/// Differences for people and for programs.
struct DifferenceText {
  private static let shownByteCount = 200

  var style: Style
  var isFull = false

  /// One line for each member: `+` for a new one, `-` for one that is gone, `~` for another value.
  func lines(_ differences: [MemberDifference], indent: String) -> String {
    var text = ""
    for difference in differences {
      let path = Printable.text(difference.pathText)
      text += indent
      switch difference.change {
      case .added(let new): text += style.green("+ \(path): \(json(new))")
      case .removed(let old): text += style.red("- \(path): \(json(old))")
      case .changed(let old, let new):
        text += style.yellow("~ \(path): ") + "\(json(old)) → \(json(new))"
      }
      text += "\n"
    }
    return text
  }

  func json(_ value: StateValue) -> String {
    // What was read back from CBOR can be written as JSON: both hold the same values.
    let text = Printable.text((try? value.json()) ?? "")
    guard !isFull, text.utf8.count > Self.shownByteCount else { return text }
    return text.prefix(Self.shownByteCount) + "… (\(text.utf8.count) bytes)"
  }

  static func objects(_ differences: [MemberDifference]) -> [JSONLine] {
    differences.map { difference in
      var object = JSONLine()
      object.add("path", difference.pathText)
      switch difference.change {
      case .added(let new): object.add("new", new)
      case .removed(let old): object.add("old", old)
      case .changed(let old, let new):
        object.add("old", old)
        object.add("new", new)
      }
      return object
    }
  }
}
