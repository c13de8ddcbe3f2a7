import SQLiteConnection
import StateStorageConformance
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the command line asks for.
enum ConformanceCommand {
  static let help = """
    state-conformance: hold every storage of this package to what storages promise.

      state-conformance matrix [--storage NAME] [--directory DIR]
          Run every case on every storage and print which storage keeps which promise, as a table:
          yes, NO, or a dash for what it does not promise. Exit code 1 when a promise is broken.

      state-conformance kill [--storage NAME] [--directory DIR] [--kills N] [--seed N]
          Kill a process that updates the storage with SIGKILL, N times (200), and compare what is
          left with what it had acknowledged.

      state-conformance list
          The names of the storages.

    --directory is where the storages get their directories; the system's temporary one when it is
    not given.

    """

  private struct Failure: Error {
    let message: String
    var code: Int32 = 1
  }

  /// Runs the command and returns its exit code.
  static func run(_ arguments: [String]) async -> Int32 {
    do {
      try await start(arguments)
      return 0
    } catch let failure as Failure {
      StandardStream.note(failure.message, by: "state-conformance")
      return failure.code
    } catch {
      StandardStream.note("\(error)", by: "state-conformance")
      return 1
    }
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never { exit(code) }

  private static func start(_ arguments: [String]) async throws {
    let verbs = ["matrix", "kill", "list", "child"]
    guard let verb = arguments.first, verbs.contains(verb) else {
      if let verb = arguments.first, ["--help", "-h", "help"].contains(verb) {
        return try StandardStream.output.write(help)
      }
      let hint = arguments.first.map { WordSuggestion.text(for: $0, among: verbs) } ?? ""
      throw Failure(
        message: "a verb is needed\(hint); state-conformance --help lists them", code: 2)
    }
    let rest = Array(arguments.dropFirst())
    if verb == "child" { return try await work(rest) }
    let options = try options(rest)
    let storages = try storages(options["--storage"])
    switch verb {
    case "matrix": try await printMatrix(storages, in: options["--directory"])
    case "kill":
      try await kill(
        storages, in: options["--directory"],
        killCount: try number(options, "--kills", orElse: 200),
        seed: UInt64(try number(options, "--seed", orElse: 1)))
    default: try StandardStream.output.write(storages.map { "\($0.name)\n" }.joined())
    }
  }

  /// Opens a storage and works on it until this process is killed.
  private static func work(_ arguments: [String]) async throws {
    guard arguments.count == 2 else { throw Failure(message: "child NAME PLACE", code: 2) }
    guard let storage = try storages(arguments[0]).first else { return }
    try await storage.runKillWorkload(in: arguments[1])
  }

  private static func printMatrix(
    _ storages: [StorageUnderTest], in directory: String?
  ) async throws {
    let matrix = await ConformanceMatrix(storages, in: directory) { storage, promise in
      StandardStream.note("\(storage): \(promise)", by: "state-conformance")
    }
    try StandardStream.output.write("\(matrix)\n")
    for (storage, promise, how) in matrix.broken {
      StandardStream.note("\(storage): \(promise): \(how)", by: "state-conformance")
    }
    if !matrix.broken.isEmpty { throw Failure(message: "promises are broken") }
  }

  private static func kill(
    _ storages: [StorageUnderTest], in directory: String?, killCount: Int, seed: UInt64
  ) async throws {
    for storage in storages where storage.helper != nil {
      let report = try await KillRun(storage, killCount: killCount, seed: seed).run(in: directory)
      try StandardStream.output.write("\(storage.name): \(report)\n")
    }
  }

  private static func storages(_ name: String?) throws -> [StorageUnderTest] {
    let all = OwnStorages.all
    guard let name else { return all }
    let found = all.filter { $0.name == name }
    if found.isEmpty {
      if name == "sqlite", SQLiteError.libraryVersion == nil {
        throw Failure(message: SQLiteError.noLibrary)
      }
      let hint = WordSuggestion.text(for: name, among: all.map(\.name))
      throw Failure(message: "unknown storage \(name)\(hint)", code: 2)
    }
    return found
  }

  private static func options(_ arguments: [String]) throws -> [String: String] {
    let known = ["--storage", "--directory", "--kills", "--seed"]
    var options: [String: String] = [:]
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard known.contains(name) else {
        let hint = WordSuggestion.text(for: name, among: known)
        throw Failure(message: "unknown option \(name)\(hint)", code: 2)
      }
      guard let value = rest.popFirst() else {
        throw Failure(message: "\(name) needs a value", code: 2)
      }
      options[name] = value
    }
    return options
  }

  private static func number(
    _ options: [String: String], _ name: String, orElse usual: Int
  ) throws -> Int {
    guard let text = options[name] else { return usual }
    guard let number = Int(text), (1...1_000_000).contains(number) else {
      throw Failure(message: "\(name) \(text): a number from 1 to 1000000 is needed", code: 2)
    }
    return number
  }
}
