/// Which verb a command line begins with: one word, or two for the verb of a family.
enum VerbLookup {
  case found(Verb, rest: ArraySlice<String>)
  case unknown(ToolFailure)

  init(_ words: ArraySlice<String>, among verbs: [Verb]) {
    for count in [2, 1] {
      let name = words.prefix(count).joined(separator: " ")
      if let verb = verbs.first(where: { $0.name == name }) {
        self = .found(verb, rest: words.dropFirst(count))
        return
      }
    }
    let first = words.first ?? ""
    if first.hasPrefix("-") {
      let nearest = Suggestion.nearest(to: first, among: ["--help", "--version"])
      self = .unknown(
        ToolFailure(
          .usage,
          "the verb stands before options such as \(first)"
            + (nearest.map { "; did you mean \($0)?" } ?? ""),
          next: "journal-tool \(nearest ?? "--help")"))
      return
    }
    let family = verbs.map(\.name).filter { $0.hasPrefix(first + " ") }
    if let example = family.first, words.count == 1 {
      self = .unknown(
        ToolFailure(
          .usage, "\(first) goes on: \(family.joined(separator: ", "))",
          next: "journal-tool help \(example)"))
      return
    }
    let name = words.prefix(family.isEmpty ? 1 : 2).joined(separator: " ")
    let nearest = Suggestion.nearest(
      to: name, among: family.isEmpty ? verbs.map(\.name) + ["help"] : family)
    self = .unknown(
      ToolFailure(
        .usage, "there is no verb \"\(name)\"" + (nearest.map { "; did you mean \($0)?" } ?? ""),
        next: nearest.flatMap { $0 == "help" ? nil : "journal-tool help \($0)" }
          ?? "journal-tool --help"))
  }
}
