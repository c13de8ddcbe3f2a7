import FuzzTargets
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the command line asks for.
enum FuzzCommand {
  static let help = """
    journal-fuzz: feeds the decoders of a state journal with mutated bytes and checks what comes out.

    usage: journal-fuzz run [--target NAME] [--seed S] [--iterations N] [--seconds T] [--dir D]
           journal-fuzz replay --target NAME FILE

      run      N executions (1,000,000), shared by the targets, each in a process of its own; ends
               early after T seconds. An input that traps, hangs, breaks a rule or takes more than
               64 MiB is kept in D (here, by default)
      replay   runs one input, and lets it trap where it traps

    Tools/journal-fuzz/libfuzzer/run TARGET feeds the same targets by the code that they cover.

    targets: cbor, json, key, name, header, record, segment, snapshot; all of them by default

    exit codes: 0 no finding, 1 failed, 2 usage, 3 findings

    """

  /// Runs the command and returns its exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do throws(FuzzFailure) {
      return try start(arguments)
    } catch {
      StandardStream.note(error.message, by: "journal-fuzz")
      return error.kind.rawValue
    }
  }

  private static func start(_ arguments: [String]) throws(FuzzFailure) -> Int32 {
    guard let verb = arguments.first else {
      throw FuzzFailure("a command is missing: run or replay", kind: .usage)
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || ["--help", "-h", "help"].contains(verb) { return print(help) }
    switch verb {
    case "run": return try fuzz(rest)
    case "replay": return try replay(rest)
    case "work":
      try work(rest)
      return 0
    default:
      let hint = WordSuggestion.text(for: verb, among: ["run", "replay"])
      throw FuzzFailure("unknown command \(verb)\(hint)", kind: .usage)
    }
  }

  private static func fuzz(_ arguments: [String]) throws(FuzzFailure) -> Int32 {
    let options = try FuzzOptions(
      arguments, valued: ["--target", "--seed", "--iterations", "--seconds", "--dir"])
    let run = FuzzRun(
      targets: try options.targets(),
      seed: UInt64(try options.number("--seed", in: 0...(.max)) ?? 1),
      iterations: try options.number("--iterations", in: 1...(.max)) ?? 1_000_000,
      seconds: try options.number("--seconds", in: 1...1_000_000),
      directory: options.text("--dir") ?? ".")
    return try run.run() == 0 ? 0 : FuzzFailure.Kind.finding.rawValue
  }

  /// One target in this process: what ``fuzz(_:)`` starts.
  private static func work(_ arguments: [String]) throws(FuzzFailure) {
    let options = try FuzzOptions(
      arguments, valued: ["--target", "--seed", "--iterations", "--seconds", "--input"])
    try FuzzWork(
      target: try options.target(),
      seed: UInt64(try options.number("--seed", in: 0...(.max)) ?? 1),
      iterations: try options.number("--iterations", in: 1...(.max)) ?? 1_000_000,
      duration: try options.number("--seconds", in: 1...1_000_000).map {
        Int64($0) * 1_000_000_000
      },
      inputPath: options.text("--input") ?? "journal-fuzz.last"
    ).run()
  }

  private static func replay(_ arguments: [String]) throws(FuzzFailure) -> Int32 {
    let options = try FuzzOptions(arguments, valued: ["--target"], takesWord: true)
    guard let path = options.word else {
      throw FuzzFailure("the file with the input is missing", kind: .usage)
    }
    let input = try InputFile.read(path)
    var behaviour = Behaviour()
    do {
      try options.target().run(input, &behaviour)
    } catch let violation as FuzzViolation {
      throw FuzzFailure("\(violation)", kind: .finding)
    } catch let failure as FuzzFailure {
      throw failure
    } catch {
      throw FuzzFailure("\(error)")
    }
    return print("no rule was broken, behaviour \(String(behaviour.signature, radix: 16))\n")
  }

  private static func print(_ text: String) -> Int32 {
    do {
      try StandardStream.output.write(text)
      return 0
    } catch {
      StandardStream.note("\(error)", by: "journal-fuzz")
      return FuzzFailure.Kind.failed.rawValue
    }
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never { exit(code) }
}
