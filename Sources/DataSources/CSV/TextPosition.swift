/// A place in a text: line and column, both counted from 1, columns in Unicode scalars.
package struct TextPosition: Equatable {
  package private(set) var line: Int64
  package private(set) var column: Int

  /// The position of `place`, given that `start` begins the line of that number.
  package init(of place: Int, in input: Span<UInt8>, from start: Int, line: Int64) {
    (self.line, column) = (line, 1)
    for index in start..<place {
      if input[index] == UInt8(ascii: "\n") {
        self.line += 1
        column = 1
      } else if input[index] & 0xC0 != 0x80 {
        column += 1
      }
    }
  }
}
