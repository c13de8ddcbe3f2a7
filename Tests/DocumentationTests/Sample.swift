import Foundation

/// A block of Swift in a document or in a comment of the sources.
struct Sample: CustomStringConvertible {
  let file: String
  let line: Int
  /// Its lines as ``significant(_:)`` has them.
  let code: [String]

  var description: String { "\(file):\(line)" }

  /// Whether a text has this code in one piece, and its imports anywhere.
  func isCompiled(in text: [String]) -> Bool {
    let imports = code.filter { $0.hasPrefix("import ") }
    return imports.allSatisfy(text.contains)
      && text.contains(code.filter { !$0.hasPrefix("import ") })
  }

  /// The lines of a text without what formatting decides: indentation, runs of spaces, empty lines.
  static func significant(_ lines: some Sequence<some StringProtocol>) -> [String] {
    lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
      .filter { !$0.isEmpty }
  }

  /// Every sample in a Markdown text, or in the documentation comments of a Swift file.
  static func samples(in text: String, of file: String) -> [Sample] {
    let isSource = file.hasSuffix(".swift")
    var samples: [Sample] = []
    var open: (line: Int, lines: [Substring])?
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = raw.drop { $0 == " " }
      if isSource {
        guard line.hasPrefix("///") else { continue }
        line = line.dropFirst(3).drop { $0 == " " }
      }
      if let (start, lines) = open {
        if line == "```" {
          samples.append(Sample(file: file, line: start, code: significant(lines)))
          open = nil
        } else {
          open = (start, lines + [line])
        }
      } else if line == "```swift" {
        open = (index + 1, [])
      }
    }
    return samples
  }
}
