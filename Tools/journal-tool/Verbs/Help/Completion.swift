import StateJournal

/// What may stand next on a command line that is being typed.
struct Completion {
  struct Candidate: Equatable {
    var word: String
    var help = ""
  }

  /// In place of the last word, whole; those only that begin like it.
  private(set) var candidates: [Candidate] = []
  /// Whether the name of a file or directory may stand there.
  private(set) var takesFile = false
  private let verbs: [Verb]

  /// - Parameter typed: what stands behind the name of the tool; the last word is the one that is being
  ///   typed, and may be empty.
  init(_ typed: [String], among verbs: [Verb]) {
    self.verbs = verbs
    let word = typed.last ?? ""
    let before = typed.dropLast()
    if before.isEmpty {
      candidates = firstWords
      if word.hasPrefix("-") { candidates = ["--help", "--version"].map { Candidate(word: $0) } }
    } else if before.first == "help" {
      nameVerb(before.dropFirst())
    } else if case .found(let verb, let rest) = VerbLookup(before, among: verbs) {
      complete(verb, behind: rest, word)
    } else {
      nameVerb(before)
    }
    candidates.removeAll { !$0.word.utf8.starts(with: word.utf8) }
  }

  // MARK: Verbs

  /// The first words, each once, with what they do; `help` is no verb of the table.
  private var firstWords: [Candidate] {
    var words = [Candidate(word: "help", help: "says how to use a verb")]
    for verb in verbs {
      let word = String(verb.name.prefix { $0 != " " })
      if words.contains(where: { $0.word == word }) { continue }
      let help =
        word == verb.name
        ? verb.summary : "goes on: " + secondWords(word).map(\.word).joined(separator: " ")
      words.append(Candidate(word: word, help: help))
    }
    return words
  }

  /// What may stand behind the first word of a family.
  private func secondWords(_ first: String) -> [Candidate] {
    verbs.filter { $0.name.hasPrefix(first + " ") }.map {
      Candidate(word: String($0.name.dropFirst(first.count + 1)), help: $0.summary)
    }
  }

  private mutating func nameVerb(_ before: ArraySlice<String>) {
    switch before.count {
    case 0: candidates = firstWords
    case 1: candidates = secondWords(before[before.startIndex])
    default: break
    }
  }

  // MARK: What stands behind a verb

  private mutating func complete(
    _ verb: Verb, behind rest: ArraySlice<String>, _ word: String
  ) {
    let line = TypedLine(rest, of: verb)
    if let option = line.openOption {
      complete(option, line, verb)
    } else if line.takesOptions, word.hasPrefix("-"), word == "-" || Arguments.isOption(word) {
      guard let end = word.firstIndex(of: "=") else {
        candidates = verb.allOptions.flatMap { option in
          ([option.name] + (option.short.map { [$0] } ?? [])).map {
            Candidate(word: $0, help: option.help)
          }
        }
        return
      }
      guard let option = verb.option(String(word[..<end])), option.value != nil else { return }
      complete(option, line, verb)
      for index in candidates.indices {
        candidates[index].word = word[...end] + candidates[index].word
      }
    } else if verb.takesDirectory, line.places.isEmpty {
      takesFile = true
    } else {
      let index = line.places.count - (verb.takesDirectory ? 1 : 0)
      let last = verb.operands.last.flatMap { $0.isRepeated ? $0 : nil }
      guard let operand = verb.operands.dropFirst(index).first ?? last else { return }
      if let choices = operand.choices { return take(choices.words) }
      complete(operand.name, in: store(line, verb))
    }
  }

  private mutating func complete(_ option: Verb.Option, _ line: TypedLine, _ verb: Verb) {
    if let choices = option.choices { return take(choices.words) }
    let store = store(line, verb)
    switch (option.name, option.value) {
    case ("--source", _): take(store?.sources ?? [])
    case ("--stream", _): take(line.source.flatMap { store?.streams(of: $0) } ?? [])
    case (_, let value?): complete(value, in: store)
    case (_, nil): break
    }
  }

  /// What may stand where the help has a word in capitals.
  private mutating func complete(_ placeholder: String, in store: StoreWords?) {
    switch placeholder {
    case "ADDRESS", "FROM", "TO", "GLOB": take(store?.addresses ?? [])
    case "MOMENT", "B": take((store?.labels ?? []) + ["now"])
    case "A":
      take((store?.labels ?? []) + ["now"])
      takesFile = true
    case "NAME": take(store?.labels ?? [])
    case "BUNDLE": take(store?.bundles ?? [])
    case "DEST", "FILE", "INPUT", "NEWDIR", "SOURCE": takesFile = true
    default: break
    }
  }

  private mutating func take(_ words: [String]) { candidates = words.map { Candidate(word: $0) } }

  private func store(_ line: TypedLine, _ verb: Verb) -> StoreWords? {
    verb.takesDirectory ? line.places.first.flatMap { StoreWords($0) } : nil
  }
}

/// What has been typed behind a verb, taken apart as far as it goes.
private struct TypedLine {
  /// The directory and operands.
  private(set) var places: [String] = []
  /// The option whose value comes next.
  private(set) var openOption: Verb.Option?
  /// Whether no `--` has ended the options.
  private(set) var takesOptions = true
  /// The value of `--source`.
  private(set) var source: String?

  init(_ words: some Sequence<String>, of verb: Verb) {
    for word in words {
      if let option = openOption {
        if option.name == "--source" { source = word }
        openOption = nil
      } else if !takesOptions || !Arguments.isOption(word) {
        places.append(word)
      } else if word == "--" {
        takesOptions = false
      } else if let option = verb.option(word), option.value != nil {
        openOption = option
      } else if word.hasPrefix("--source=") {
        source = String(word.dropFirst("--source=".count))
      }
    }
  }
}
