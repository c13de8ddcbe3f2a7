import FileIO
import ToolSupport

extension TortureCommand {
  /// What the arguments behind the program's name ask for.
  ///
  /// - Throws: a failure of kind ``TortureFailure/Kind/usage``.
  package static func parse(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    guard let name = arguments.first else {
      throw TortureFailure(
        .usage,
        "a command is missing: \(Help.verbs.map(\.name).joined(separator: ", "))")
    }
    let rest = Array(arguments.dropFirst())
    if ["--help", "-h", "help"].contains(name) {
      return .help(
        try rest.first.map { (word) throws(TortureFailure) in try known(word).text }
          ?? Help.overview)
    }
    let verb = try known(name)
    let own = rest.prefix { $0 != "--" }
    if own.contains("--help") || own.contains("-h") { return .help(verb.text) }
    return try verb.parse(rest)
  }

  private static func known(_ name: String) throws(TortureFailure) -> Help.Verb {
    if let verb = Help.verbs.first(where: { $0.name == name }) { return verb }
    throw TortureFailure(
      .usage,
      "unknown command \(name)" + WordSuggestion.text(for: name, among: Help.verbs.map(\.name)))
  }

  static func parseWorkload(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    let options = try Options(
      arguments, valued: ["--seed", "--updates", "--start"] + LoadShape.valuedOptions,
      plain: ["--patient", "--orderly"] + LoadShape.plainOptions)
    var workload = Workload(
      directory: try options.directory(), seed: try options.required("--seed"),
      updateCount: try options.required("--updates"),
      start: try options.number("--start", in: 1...(.max)), shape: try LoadShape(options))
    workload.isPatient = options.has("--patient")
    workload.endsInOrder = options.has("--orderly")
    return .workload(workload)
  }

  /// The directory, where a command takes nothing else.
  static func parseDirectory(_ arguments: [String]) throws(TortureFailure) -> String {
    try Options(arguments, valued: [], plain: []).directory()
  }

  static func parseKill(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    .kill(KillRun(try settings(arguments).settings))
  }

  static func parseStop(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    .stop(StopRun(try settings(arguments).settings))
  }

  /// What all crash tests on a known load take.
  private static func settings(
    _ arguments: [String], valued: [String] = ["--readers"], plain: [String] = ["--no-compactor"]
  ) throws(TortureFailure) -> (settings: RigSettings, options: Options) {
    let options = try Options(
      arguments, valued: ["--seconds", "--seed"] + valued + LoadShape.valuedOptions,
      plain: plain + LoadShape.plainOptions)
    var settings = RigSettings(
      directory: try options.directory(),
      seconds: Int64(try options.required("--seconds", in: 1...1_000_000)),
      seed: try options.required("--seed"), shape: try LoadShape(options))
    if let count = try options.number("--readers", in: 0...64) {
      settings.readerCount = Int(count)
    }
    settings.hasCompactor = !options.has("--no-compactor")
    return (settings, options)
  }

  static func parseFill(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    var (settings, options) = try settings(
      arguments, valued: ["--bytes", "--on", "--mounted"])
    let byteCount = Int64(
      try options.number("--bytes", in: 8 << 20...64 << 30)
        ?? (settings.shape.isSmall ? 16 << 20 : 96 << 20))
    var kind: SmallFileSystem.Kind?
    if let name = options.text("--on") {
      kind = SmallFileSystem.Kind(rawValue: name)
      guard kind != nil else {
        throw TortureFailure(.usage, "--on \(name): ext4 or tmpfs is needed")
      }
    }
    if let name = options.text("--mounted") {
      let mount = settings.directory
      settings.directory = "\(mount)/store"
      return .fill(
        FillRun(settings, ballastPath: "\(mount)/ballast", byteCount: byteCount), on: name)
    }
    let path: String
    do {
      path = try Paths.absolute(settings.directory)
    } catch {
      throw TortureFailure(error)
    }
    return .enterSmallFileSystem(
      directory: path, byteCount: byteCount, kind: kind,
      arguments: [
        "fill", path, "--seconds", "\(settings.seconds)", "--seed", "\(settings.seed)", "--bytes",
        "\(byteCount)",
      ] + (settings.hasCompactor ? [] : ["--no-compactor"]) + settings.shape.arguments)
  }

  static func parseRun(_ arguments: [String]) throws(TortureFailure) -> TortureCommand {
    let options = try Options(
      arguments, valued: ["--check", "--journal", "--seconds", "--kills", "--seed"],
      plain: ["--show"])
    guard let command = options.command, !command.isEmpty else {
      throw TortureFailure(
        .usage,
        "the command of the job is missing: it stands behind --"
          + (options.words.first.map { ", as in -- \($0) …" } ?? ""))
    }
    if let word = options.words.first {
      throw TortureFailure(.usage, "\(word) stands in front of --; the job stands behind it")
    }
    var run = JobRun(
      command, seed: try options.number("--seed") ?? UInt64(WallClock.now / 1_000_000_000),
      maximumKillCount: Int(
        try options.number("--kills", in: 0...1_000_000)
          ?? (options.text("--seconds") == nil ? 100 : 1_000_000)))
    run.seconds = try options.number("--seconds", in: 1...1_000_000).map { Int64($0) }
    run.check = options.text("--check")
    run.journal = options.text("--journal")
    run.showsOutput = options.has("--show")
    return .run(run)
  }
}
