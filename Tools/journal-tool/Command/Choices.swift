/// The few words that an option or an operand may be, declared once: for the help, for the check when a
/// command line is read, and for completion.
struct Choices: Sendable {
  let words: [String]
  /// What it is where nothing was given.
  let fallback: String?

  init<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type, default fallback: Choice? = nil
  ) where Choice.RawValue == String {
    words = Choice.allCases.map(\.rawValue)
    self.fallback = fallback?.rawValue
  }

  /// "tail (the default), drop-damaged or salvage"
  var text: String {
    Self.listed(words.map { $0 == fallback ? "\($0) (the default)" : $0 })
  }

  /// Why a word is none of them, with the nearest that is one; `nil` for one of them.
  func refusal(of word: String, as place: String) -> String? {
    if words.contains(word) { return nil }
    let nearest = Suggestion.nearest(to: word, among: words)
    return "\(place) takes \(Self.listed(words)), not \"\(word)\""
      + (nearest.map { "; did you mean \($0)?" } ?? "")
  }

  private static func listed(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }
}

/// When output is coloured.
enum ColorChoice: String, CaseIterable {
  case auto, always, never
}
