import StateJournal

/// What is wrong with a configuration, and where.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The file as it was named.
  var file: String
  /// Counted from 1, as an editor does; columns in Unicode scalars.
  var line: Int
  var column: Int
  /// The member concerned, as "sources[0].format"; empty for the whole.
  var member: String
  /// What is wrong, and what to do.
  var problem: String

  var description: String {
    "\(file):\(line):\(column): " + (member.isEmpty ? "" : "\(member): ") + problem
  }
}

extension ConfigurationError {
  /// About the whole of a file.
  init(file: String, _ problem: String) {
    self.init(file: file, line: 1, column: 1, member: "", problem: problem)
  }

  /// That a text begins as one in another encoding; nil when it does not.
  init?(file: String, encodingMarkOf bytes: [UInt8]) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      self.init(file: file, "begins with a byte order mark; save it as UTF-8 without one")
    } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      self.init(file: file, "is no UTF-8, but UTF-16 it seems; save it as UTF-8")
    } else {
      return nil
    }
  }

  /// That a text is not JSON.
  init(file: String, noJSON error: StateError) {
    let cause = error.underlying as? JSONError
    self.init(
      file: file, line: cause?.line ?? 1, column: cause?.column ?? 1, member: "",
      problem: "no valid JSON: \(cause?.reason.rawValue ?? error.message)"
        + (cause.map { "; \(Self.advice(against: $0.reason))" } ?? ""))
  }

  private static func advice(against reason: JSONError.Reason) -> String {
    switch reason {
    case .unexpectedEnd: "close what was opened"
    case .unexpectedCharacter:
      "JSON has no comments, no comma behind the last member, and names and texts in \"\""
    case .trailingText: "remove it"
    case .invalidNumber: "write it as 12 or -0.5, or a text in \"\""
    case .integerOutOfRange, .doubleOutOfRange: "no member takes a number as large, or as small"
    case .invalidEscape: "a backslash itself is written \\\\"
    case .unpairedSurrogate: "write the character itself"
    case .controlCharacter: "write a tab as \\t and a line feed as \\n"
    case .invalidUTF8: "save the file as UTF-8"
    case .duplicateName: "remove one of them"
    case .tooDeep: "no member needs that many"
    case .notAnObject: "begin it with {"
    }
  }
}

/// Everything that is wrong with a configuration, in the order of the text.
struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
  /// How many are told one by one: whoever gave the wrong file wants to know that, and no more.
  static let maximumCount = 100

  var errors: [ConfigurationError]
  /// How many more there are.
  var untoldCount = 0

  init(_ errors: [ConfigurationError], untoldCount: Int = 0) {
    self.errors = errors
    self.untoldCount = untoldCount
  }

  /// A line for each.
  var description: String {
    let more = untoldCount == 0 ? [] : ["and \(untoldCount) more; correct these first"]
    return (errors.map(\.description) + more).joined(separator: "\n")
  }
}
