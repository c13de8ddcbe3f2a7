import ToolSupport

extension TortureCommand {
  /// What the arguments behind the program's name ask for.
  ///
  /// - Throws: a failure of kind ``TortureFailure/Kind/usage``.
  package static func parse(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    guard let verb = arguments.first else {
      throw TortureFailure(.usage, "a command is missing: workload, check or kill")
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || rest.contains("-h") { return .help }
    switch verb {
    case "--help", "-h", "help": return .help
    case "workload":
      var options = try Options(
        rest, valued: ["--seed", "--updates", "--start"] + LoadShape.valuedOptions,
        plain: LoadShape.plainOptions)
      return .workload(
        Workload(
          directory: options.directory, seed: try options.required("--seed"),
          updateCount: try options.required("--updates"),
          start: try options.number("--start", in: 1...(.max)),
          shape: try LoadShape(&options)))
    case "check":
      return .check(directory: try Options(rest, valued: [], plain: []).directory)
    case "kill":
      var options = try Options(
        rest, valued: ["--seconds", "--seed"] + LoadShape.valuedOptions,
        plain: LoadShape.plainOptions)
      return .kill(
        KillRun(
          directory: options.directory,
          seconds: Int64(try options.required("--seconds", in: 1...1_000_000)),
          seed: try options.required("--seed"), shape: try LoadShape(&options)))
    default:
      throw TortureFailure(
        .usage,
        "unknown command \(verb)"
          + WordSuggestion.text(for: verb, among: ["workload", "check", "kill"]))
    }
  }
}
