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
        "unknown command \(verb)" + suggestion(for: verb, among: ["workload", "check", "kill"]))
    }
  }

  /// ", did you mean X?" when a known word is close to what was typed.
  static func suggestion(for word: String, among known: [String]) -> String {
    let nearest = known.map { ($0, editDistance(word, $0)) }.min { $0.1 < $1.1 }
    guard let (candidate, distance) = nearest, distance <= max(2, word.utf8.count / 3) else {
      return ""
    }
    return "; did you mean \(candidate)?"
  }

  /// How many bytes to insert, remove or replace (R. A. Wagner and M. J. Fischer, "The
  /// string-to-string correction problem", 1974).
  private static func editDistance(_ one: String, _ other: String) -> Int {
    let target = Array(other.utf8)
    var row = Array(0...target.count)
    for byte in one.utf8 {
      var diagonal = row[0]
      row[0] += 1
      for index in target.indices {
        let replaced = diagonal + (target[index] == byte ? 0 : 1)
        diagonal = row[index + 1]
        row[index + 1] = min(replaced, row[index] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
