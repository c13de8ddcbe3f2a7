import StateJournal
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One measurement for an outside harness, which runs other stores in the same way: pairs of options
/// in, lines of `key=value` out, the last of them `ok=1` or `err=…`.
enum BenchChild {
  static func run(_ options: BenchOptions) throws {
    do {
      let shape = try LoadShape(options)
      switch (shape.kind, shape.level) {
      case (.subject, .engine): try run(options, shape, EngineStore.self)
      case (.subject, .state): try run(options, shape, StateStore.self)
      case (.reference, _): try run(options, shape, ReferenceStore.self)
      case (.sqlite, _): try run(options, shape, SQLiteStore.self)
      }
    } catch {
      let text = (error as? BenchFailure)?.message ?? "\(error)"
      try print("err", text.split(whereSeparator: \.isNewline).joined(separator: " "))
      throw error
    }
    try print("ok", "1")
  }

  private static func run<Store: BenchStore>(
    _ options: BenchOptions, _ shape: LoadShape, _: Store.Type
  ) throws {
    guard let directory = options.text("--dir") else {
      throw BenchFailure("--dir is missing", kind: .usage)
    }
    switch options.text("--op") {
    case "update": try ChildUpdate<Store>(directory, shape, options).run()
    case "load": try ChildLoad<Store>(directory, shape, options).run()
    case "recover": try ChildRecover<Store>(directory, shape, options).run()
    case "read": try ChildRead<Store>(directory, shape, options).run()
    case let text:
      throw BenchFailure("--op \(text ?? ""): update, load, recover or read", kind: .usage)
    }
  }

  /// Says that all is well and ends like a process that somebody kills.
  static func endByKill() throws {
    try print("ok", "1")
    kill(getpid(), SIGKILL)
  }

  static func print(_ key: String, _ value: String) throws {
    try StandardStream.output.write("\(key)=\(value)\n")
  }

  /// Prints a number with three decimals; nothing when the system did not say.
  static func print(_ key: String, _ value: Double?) throws {
    guard let value else { return }
    let thousandths = Int64((value * 1000).rounded())
    let fraction = String(thousandths.magnitude % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    try print(
      key,
      (thousandths < 0 ? "-" : "") + "\(thousandths.magnitude / 1000).\(zeros)\(fraction)")
  }
}
