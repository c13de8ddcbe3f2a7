import ToolSupport

/// What another program prints, line by line as it comes: all of it may be more than memory holds.
enum ProgramLines {
  static func forEach(
    of path: String, _ arguments: [String], _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    let child = try ChildProcess(path, arguments)
    var rest: [UInt8] = []
    while case .bytes(let bytes) = try child.read(until: .max) {
      rest += bytes
      var begin = 0
      for end in rest.indices where rest[end] == UInt8(ascii: "\n") {
        try body(rest[begin..<end])
        begin = end + 1
      }
      rest.removeFirst(begin)
    }
    if !rest.isEmpty { try body(rest[...]) }
    let end = try child.awaitEnd()
    guard end == .exited(0) else {
      throw BenchFailure("\(path) \(arguments.joined(separator: " ")) ended with \(end)")
    }
  }
}
