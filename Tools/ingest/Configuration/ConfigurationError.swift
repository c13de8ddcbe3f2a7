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

/// Everything that is wrong with a configuration, in the order of the text.
struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
  var errors: [ConfigurationError]

  init(_ errors: [ConfigurationError]) {
    self.errors = errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  /// A line for each.
  var description: String { errors.map(\.description).joined(separator: "\n") }
}
