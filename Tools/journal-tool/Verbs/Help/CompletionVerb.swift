import StateJournal

/// `journal-tool completion SHELL`
enum CompletionVerb {
  static let verb = Verb(
    name: "completion", group: .help,
    summary: "prints a script that completes verbs, options and words",
    details: """
      With the script the tab key offers verbs, options and the words that an option takes, files,
      and, of a store of at most 64 MiB, its addresses, labels and bundles. It asks journal-tool
      what may stand there, so that it stays as it is after an update.
      """,
    takesDirectory: false,
    operands: [
      .init("SHELL", of: Choices(CompletionScript.Shell.self)),
      .init("WORD", .any, help: "what the script asks with: the words typed so far, behind --"),
    ], options: [],
    examples: [
      ("source <(journal-tool completion bash)", "in ~/.bashrc; for zsh the same in ~/.zshrc"),
      (
        "journal-tool completion fish > ~/.config/fish/completions/journal-tool.fish",
        "for fish, which loads it by itself"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let name = invocation.arguments.operand("SHELL") ?? ""
    guard let shell = CompletionScript.Shell(rawValue: name) else {
      preconditionFailure("no shell, and held to one")
    }
    let output = invocation.console.output
    let typed = invocation.arguments.operands("WORD")
    if !typed.isEmpty {
      let words = ShellWords.read(typed, of: shell)
      answer(Completion(words, among: Tool.verbs), words.last ?? "", shell, invocation)
      return .success
    }
    let script = CompletionScript.text(for: shell)
    if invocation.isJSON {
      var line = Summary.start("completion", .success)
      line.add("shell", name)
      line.add("script", script)
      output.write(line.line)
    } else {
      output.write(script)
    }
    return .success
  }

  private static func answer(
    _ completion: Completion, _ word: String, _ shell: CompletionScript.Shell,
    _ invocation: Invocation
  ) {
    let output = invocation.console.output
    let kept = ShellWords.keptByteCount(word, in: shell)
    for candidate in completion.candidates {
      if invocation.isJSON {
        var line = JSONLine("candidate", verb: "completion")
        line.add("word", candidate.word)
        line.add("help", candidate.help.isEmpty ? nil : candidate.help)
        output.write(line.line)
      } else {
        output.write(CompletionScript.line(candidate, keeping: kept, for: shell) + "\n")
      }
    }
    if invocation.isJSON {
      var line = Summary.start("completion", .success)
      line.add("shell", shell.rawValue)
      line.add("takes_file", completion.takesFile)
      output.write(line.line)
    } else if completion.takesFile {
      output.write(CompletionScript.file + "\n")
    }
  }
}
