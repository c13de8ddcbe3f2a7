import Foundation
import StateJournal
import StorageSimulator
import Testing

@testable import journal_tool

/// Directories that no store ever was: copies of a sound one with files cut, changed, swapped, removed,
/// renamed, doubled, and with others among them. `JOURNAL_DIRECTORY_SEEDS` has more of them tried.
@Suite("Whatever a directory holds, looking at it ends with a documented exit code")
struct FuzzedDirectoryTests {
  private static let seedCount =
    ProcessInfo.processInfo.environment["JOURNAL_DIRECTORY_SEEDS"].flatMap(Int.init) ?? 12

  private static let commands = [
    ["status"], ["status", "--exact", "--prometheus"], ["verify", "--deep", "--strict"],
    ["dump", "--raw"], ["dump", "--gaps-only"], ["replay"], ["replay", "--at", "12"],
    ["history", "orders"], ["diff", "before-deploy"], ["stats"], ["map"], ["map", "--html", "-"],
    ["list"], ["get", "orders"], ["export"], ["snapshot", "list"], ["snapshot", "verify"],
    ["label"], ["lock"], ["doctor", "--no-write"], ["compact", "-n"], ["repair", "-n"],
    ["repair", "--mode", "drop-damaged", "-n"], ["repair", "--mode", "salvage", "-n"],
    ["rewind", "--to", "12", "-n"], ["revert", "--to", "12", "-n"],
  ]

  private static let documented = Set(
    [ExitCode.success, .failed, .notFound, .tornTail, .damaged, .undecidable, .newerFormat].map(
      \.rawValue) + [ExitCode.refused.rawValue])

  @Test("No verb is ended by a signal, runs on, or writes", arguments: 0..<seedCount)
  func inspecting(seed: Int) throws {
    let bench = try JournalToolBench()
    try GoldenStore.copy(to: bench)
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<Int.random(in: 1...4, using: &random) { try mutate(bench, &random) }
    let before = try contents(of: bench)
    for command in Self.commands {
      let name = command[0] == "snapshot" ? Array(command.prefix(2)) : [command[0]]
      // More than a second of work on three kilobytes is a loop; what then ends it is a signal.
      let outcome = try bench.run(
        ["/bin/sh", "-c", "ulimit -t 20; exec \"$@\"", "sh", JournalToolBench.tool] + name
          + [bench.store] + command.dropFirst(name.count) + ["-q"])
      #expect(
        Self.documented.contains(outcome.code),
        "seed \(seed), \(command): \(outcome.code) \(outcome.messages)")
      #expect(
        outcome.code == 0 || !outcome.messages.isEmpty || !outcome.output.isEmpty,
        "seed \(seed), \(command) ends with \(outcome.code) and says nothing")
    }
    #expect(try contents(of: bench) == before, "seed \(seed)")
  }

  @Test("A directory that opens has one state, whoever reads it", arguments: 0..<seedCount)
  func agreeing(seed: Int) throws {
    let bench = try JournalToolBench()
    try GoldenStore.copy(to: bench)
    let sound = try bench.run("replay", bench.store).output
    var random = SeededGenerator(seed: UInt64(seed) + 1_000_000)
    try mutate(bench, &random)
    let outcome = try bench.run("replay", bench.store)
    let verified = try bench.run("verify", bench.store, "--json").lines().last
    // Where nothing acknowledged is said to be lost, nothing is; a store may still refuse to open.
    if outcome.code == 0, verified?["state_intact"] == true, verified?["last_lsn"] == 27 {
      #expect(outcome.output == sound, "seed \(seed)")
    }
  }

  private func contents(of bench: JournalToolBench) throws -> [String: Data?] {
    var contents: [String: Data?] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: bench.store) {
      let path = bench.store + "/" + name
      contents[name] = isRegular(path) ? FileManager.default.contents(atPath: path) : nil as Data?
    }
    return contents
  }

  /// Whether it is a file, and no pipe, which would have its reader wait.
  private func isRegular(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }

  private func mutate(_ bench: JournalToolBench, _ random: inout SeededGenerator) throws {
    let names = try bench.names().filter { isRegular(bench.store + "/" + $0) }
    guard let name = names.randomElement(using: &random) else { return }
    let other = names.randomElement(using: &random) ?? name
    let path = bench.store + "/" + name
    func place(in bytes: [UInt8]) -> Int { Int.random(in: 0..<max(1, bytes.count), using: &random) }
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1:
      try bench.change(name) { bytes in
        let index = place(in: bytes)
        if !bytes.isEmpty { bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random) }
      }
    case 2: try bench.change(name) { $0.removeLast($0.count - place(in: $0)) }
    case 3:
      try bench.change(name) { bytes in
        for _ in 0..<Int.random(in: 1...5000, using: &random) {
          bytes.append(UInt8.random(in: 0...255, using: &random))
        }
      }
    case 4: try bench.change(name) { $0 += [UInt8](repeating: 0, count: 100_000) }
    case 5: try bench.remove(name)
    case 6: try bench.change(name) { $0 = [] }
    case 7:
      // A length or a number that is as large as can be.
      try bench.change(name) { bytes in
        let start = place(in: bytes)
        for index in start..<min(start + 8, bytes.count) { bytes[index] = 0xFF }
      }
    case 8:
      let taken = try bench.bytes(other)
      try bench.change(name) { $0 = taken }
    case 9:
      let sequence = UInt64.random(in: 0...40, using: &random)
      let digits = String(sequence)
      let padded = String(repeating: "0", count: 20 - digits.count) + digits
      let target =
        Bool.random(using: &random) ? padded + ".journal" : "\(padded)-\(padded).snapshot"
      try? FileManager.default.copyItem(atPath: path, toPath: bench.store + "/" + target)
    case 10:
      let strange = [
        "LOCK", "quarantine", "99999999999999999999.journal", "WATERMARK.tmp", "ä\n\u{1B}[2J",
      ]
      let target = bench.store + "/" + (strange.randomElement(using: &random) ?? "x")
      if Bool.random(using: &random) {
        try? FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
      } else {
        try Data(try bench.bytes(other)).write(to: URL(filePath: target))
      }
    default:
      // A link and a pipe instead of a file.
      try bench.remove(name)
      if Bool.random(using: &random) {
        try FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: bench.store + "/" + other)
      } else {
        unsafe mkfifo(path, 0o600)
      }
    }
  }
}
