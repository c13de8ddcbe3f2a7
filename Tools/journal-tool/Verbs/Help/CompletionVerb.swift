import StateJournal

/// `journal-tool completion SHELL`
enum CompletionVerb {
  static let verb = Verb(
    name: "completion", group: .help, summary: "prints a script that completes verbs and options",
    details: """
      The script is made from the verbs that this release has, so make it anew after an update. It
      completes verbs, options, directories and files.
      """,
    takesDirectory: false, operands: [.init("SHELL", help: "bash, zsh or fish")], options: [],
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
      let names = CompletionScript.Shell.allCases.map(\.rawValue)
      let nearest = Suggestion.nearest(to: name, among: names)
      throw invocation.arguments.usage(
        "there is no completion for \"\(name)\", only for \(names.joined(separator: ", "))"
          + (nearest.map { "; did you mean \($0)?" } ?? ""))
    }
    let script = CompletionScript(Tool.verbs).text(for: shell)
    if invocation.isJSON {
      var line = Summary.start("completion", .success)
      line.add("shell", name)
      line.add("script", script)
      invocation.console.output.write(line.line)
    } else {
      invocation.console.output.write(script)
    }
    return .success
  }
}
