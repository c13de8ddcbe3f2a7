import StateJournal

/// What a configuration holds, for messages: in one line, not too long, and of characters that a terminal
/// shows rather than acts on.
enum Shown {
  private static let maximumCharacterCount = 60

  /// A text, in quotation marks.
  static func text(_ text: String) -> String {
    var shown = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      if count == maximumCharacterCount {
        shown += "…"
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return "\"\(shown)\""
  }

  /// A name in the path of a member: "name", or "[\"a name\"]".
  static func name(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || [UInt8(ascii: "_"), UInt8(ascii: "-")].contains($0)
    }
    return isPlain && !name.isEmpty && name.utf8.count <= maximumCharacterCount
      ? name : "[\(text(name))]"
  }

  /// A value, or what kind of value it is.
  static func value(_ value: StateValue) -> String {
    switch value {
    case .bool(let bool): "\(bool)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): Self.text(text)
    case .null, .array, .object: kind(value)
    }
  }

  /// What kind of value it is.
  static func kind(_ value: StateValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "a truth value"
    case .int, .double: "a number"
    case .string: "a text"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
