import Testing

@testable import journal_tool

@Suite("How journal-tool explains itself and takes command lines apart")
struct JournalToolHelpTests {
  @Test("Examples name their verb, and operands make sense", arguments: Tool.verbs.map(\.name))
  func help(name: String) throws {
    let verb = try #require(Tool.verbs.first { $0.name == name })
    for example in verb.examples {
      #expect(example.command.contains("journal-tool \(name)"), "\(example.command)")
    }
    // Only the last operand can be repeated, and nothing that is needed stands behind what is not.
    for (operand, next) in zip(verb.operands, verb.operands.dropFirst()) {
      #expect(!operand.isRepeated)
      #expect(operand.isNeeded || !next.isNeeded)
    }
    #expect(Set(verb.allOptions.map(\.name)).count == verb.allOptions.count)
  }

  @Test("The overview lists every verb in its group, writing ones marked, within 80 columns")
  func overview() {
    let text = Help.overview(Tool.verbs)
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(text.contains("A MOMENT is ") && text.contains("UTC"))
    for verb in Tool.verbs {
      #expect(text.contains("\n  \(verb.name)\(verb.writes ? " *" : " ") "), "\(verb.name)")
      #expect(text.contains("\n\(verb.group.rawValue) ("))
      #expect(verb.summary.first?.isLowercase == true)
    }
  }

  @Test("What a reader could not guess stands in the help of the verb")
  func unguessable() throws {
    for (name, text) in [
      ("get", #"\. is a dot in a name"#), ("set", #"\. is a dot in a name"#),
      ("bundle", "Whoever can guess a name can confirm it by its hash."),
    ] {
      let help = Help.text(of: try #require(Tool.verbs.first { $0.name == name }))
      let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains(text), "\(help)")
    }
  }

  @Test("Operands go to their names, options may stand anywhere, and -2h is none")
  func operands() throws {
    let verb = sample([.init("A", help: "one"), .init("B", .optional, help: "another")])
    let both = try Arguments(["dir", "-q", "-2h", "--json", "7"], for: verb)
    #expect(both.directory == "dir")
    #expect(both.operand("A") == "-2h")
    #expect(both.operand("B") == "7")
    #expect(both.has("--quiet") && both.has("--json"))
    #expect(try Arguments(["dir", "x"], for: verb).operand("B") == nil)
    #expect(try Arguments(["--", "-dir", "-x"], for: verb).operand("A") == "-x")
    let file = sample([.init("FILE", help: "a file")])
    #expect(try Arguments(["--", "-dir", "-x"], for: file).directory == "./-dir")
    #expect(try Arguments(["--", "-dir", "-x"], for: file).operand("FILE") == "./-x")
    #expect(try Arguments(["dir", "-"], for: file).operand("FILE") == "-")
    let many = sample([.init("FILE", .oneOrMore, help: "files")])
    #expect(try Arguments(["d", "a", "b"], for: many).operands("FILE") == ["a", "b"])
    #expect(try Arguments(["d", "--help"], for: many).operands("FILE").isEmpty)
  }

  @Test("What is missing or too much is named, with the usage")
  func misuse() {
    let verb = sample([.init("A", help: "the first")])
    for (words, part) in [
      ([], "needs the directory"), (["d"], "needs A, the first: journal-tool sample DIR A"),
      (["d", "a", "b"], "what is \"b\"?"), (["d", "a", "--quit"], "did you mean --quiet?"),
      (["d", "a", "--json=1"], "takes no value"), (["d", "a", "--color"], "needs a value"),
    ] {
      #expect {
        try Arguments(words, for: verb)
      } throws: { error in
        guard let failure = error as? ToolFailure else { return false }
        return failure.code == .usage && failure.message.contains(part)
          && failure.nextCommand == "journal-tool help sample"
      }
    }
  }

  @Test("The verbs of a family are found by two words, and the nearest one is suggested")
  func families() throws {
    let list = sample([], name: "snapshot list")
    let verbs = [list, sample([], name: "snapshot prune"), sample([], name: "status")]
    guard case .found(let verb, let rest) = VerbLookup(["snapshot", "list", "dir"], among: verbs)
    else {
      Issue.record("not found")
      return
    }
    #expect(verb.name == "snapshot list")
    #expect(Array(rest) == ["dir"])
    for (words, part) in [
      (["snapshot"], "goes on: snapshot list, snapshot prune"),
      (["snapshot", "lst", "dir"], "did you mean snapshot list?"),
      (["statsu", "dir"], "did you mean status?"), (["xyzzy"], "no verb \"xyzzy\""),
    ] {
      guard case .unknown(let failure) = VerbLookup(words[...], among: verbs) else {
        Issue.record("\(words) found something")
        continue
      }
      #expect(failure.message.contains(part), "\(failure.message)")
    }
  }

  private func sample(_ operands: [Verb.Operand], name: String = "sample") -> Verb {
    Verb(
      name: name, summary: "", details: "", operands: operands, options: [], examples: [],
      run: { _ throws(ToolFailure) in .success })
  }
}
