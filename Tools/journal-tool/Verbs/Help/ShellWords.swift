import StateJournal

/// The words of a command line as a shell hands them over that is asked to complete it.
enum ShellWords {
  /// The words as the command would get them. bash breaks words at equals signs and colons, and leaves
  /// quotes and tildes to whoever completes.
  static func read(_ words: [String], of shell: CompletionScript.Shell) -> [String] {
    var whole: [String] = []
    var isOpen = false
    for word in words {
      let joins = shell == .bash && !word.isEmpty && word.utf8.allSatisfy(isBreak)
      if isOpen || joins, let last = whole.indices.last {
        whole[last] += word
      } else {
        whole.append(word)
      }
      isOpen = joins
    }
    return whole.map(unquoted)
  }

  /// How much of the word that is being typed stands before what bash replaces.
  static func keptByteCount(_ word: String, in shell: CompletionScript.Shell) -> Int {
    guard shell == .bash else { return 0 }
    let word = Array(word.utf8)
    return word.lastIndex(where: isBreak).map { $0 + 1 } ?? 0
  }

  private static func isBreak(_ byte: UInt8) -> Bool { "=:".utf8.contains(byte) }

  private static func unquoted(_ word: String) -> String {
    var plain: [UInt8] = []
    var quote: UInt8?
    var isEscaped = false
    for byte in word.utf8 {
      if isEscaped {
        plain.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        isEscaped = true
      } else if let open = quote, byte == open {
        quote = nil
      } else if quote == nil, "'\"".utf8.contains(byte) {
        quote = byte
      } else {
        plain.append(byte)
      }
    }
    let text = String(decoding: plain, as: UTF8.self)
    guard word == "~" || word.hasPrefix("~/"), let home = Environment.value("HOME") else {
      return text
    }
    return home + text.dropFirst()
  }
}
