import FileIO
import Foundation
import StateJournal
import Testing

@Suite("journal-tool doctor examines the place of a store")
struct DoctorVerbTests {
  private let bench: JournalToolBench

  init() throws {
    bench = try JournalToolBench()
    try bench.fill(12, compactingAt: [5])
  }

  private func checks(_ arguments: String...) throws -> (Int32, [String: [String: StateValue]]) {
    let outcome = try bench.run(
      [JournalToolBench.tool, "doctor", bench.store, "--json"] + arguments)
    var checks: [String: [String: StateValue]] = [:]
    for line in try outcome.lines() {
      #expect(line["schema"] == "state-journal/doctor/1")
      if let name = line["name"]?.string { checks[name] = line }
    }
    return (outcome.code, checks)
  }

  @Test("Everything is looked at, and nothing stays behind")
  func whole() throws {
    let before = try bench.image()
    let (_, checks) = try checks()
    for name in [
      "store", "clock", "left behind", "file system", "sync", "space", "open files", "file size",
      "directory", "files",
    ] {
      #expect(checks[name] != nil, "\(name)")
    }
    #expect(checks["sync"]?["finding"]?.string?.contains("commits/s") == true)
    #expect(checks["directory"]?["verdict"] == "fine")
    #expect(checks["files"]?["verdict"] == "fine")
    #expect(try bench.image() == before)
    #expect(try self.checks("--no-write").1["sync"] == nil)
  }

  @Test("What a killed one has left is removed by the next, and not from one that is at work")
  func leftProbe() throws {
    let directory = try POSIXFileSystem().openDirectory(bench.store, creating: false)
    let names = [".journal-tool-doctor-1-ab.tmp", ".journal-tool-doctor-2-cd.tmp"]
    let files = try names.map { try directory.openFile($0, .createNew) }
    try files[0].close()
    #expect(try files[1].tryLock(byteAt: 0))
    _ = try checks("--no-write")
    #expect(try bench.names(".tmp") == names)
    _ = try checks()
    #expect(try bench.names(".tmp") == [names[1]])
    try files[1].close()
    #expect(try checks().1["left behind"]?["finding"] == "nothing")
  }

  @Test("Access for others is a warning with the command that ends it")
  func access() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.store)
    let name = try #require(try bench.names(".journal").first)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: bench.store + "/" + name)
    let (_, checks) = try checks("--no-write")
    #expect(checks["directory"]?["verdict"] == "warning")
    #expect(checks["directory"]?["advice"]?.string?.contains("chmod 700") == true)
    #expect(checks["files"]?["verdict"] == "warning")
    #expect(checks["files"]?["finding"]?.string?.contains(name) == true)
  }

  @Test("Whoever may look at what is no store stays as it is: nothing says how to shut them out")
  func foreign() throws {
    let place = bench.directory + "/home"
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    for name in ["notes.txt", "LOCK"] {
      try Data().write(to: URL(fileURLWithPath: "\(place)/\(name)"))
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644], ofItemAtPath: "\(place)/\(name)")
    }
    let outcome = try bench.run("doctor", place, "--no-write")
    #expect(outcome.output.contains("mkdir \(place)/state"), "\(outcome)")
    for word in ["chmod", "chown"] { #expect(!outcome.output.contains(word), "\(outcome)") }
  }

  @Test("A commit from the future, leftovers and damage are told")
  func store() throws {
    var options = JournalToolBench.options
    options.clock = { 4_000_000_000_000_000_000 }
    let storage = try JournalStateStorage.open(bench.store, options: options)
    try storage.update(.stream("s0", of: "orders"), to: ["last_id": 1])
    try storage.close()
    let temporary =
      bench.store + "/00000000000000000000-00000000000000000009.snapshot.tmp"
    try Data([1]).write(to: URL(fileURLWithPath: temporary))
    var (code, checks) = try checks("--no-write")
    #expect(checks["clock"]?["verdict"] == "warning")
    #expect(checks["left behind"]?["finding"]?.string?.contains("1 unfinished file") == true)
    let name = try #require(try bench.names(".journal").last)
    try bench.change(name) { $0[20] ^= 1 }
    (code, checks) = try self.checks("--no-write")
    #expect(code == 1)
    #expect(checks["store"]?["verdict"] == "problem")
    #expect(checks["store"]?["advice"]?.string?.contains("verify") == true)
  }

  @Test(
    "What is not what its name says is a problem, though the store opens",
    arguments: ["LOCK", "quarantine", "WATERMARK.tmp"])
  func kinds(name: String) throws {
    if name == "LOCK" { try bench.remove(name) }
    let path = bench.store + "/" + name
    if name == "quarantine" {
      try Data().write(to: URL(fileURLWithPath: path))
    } else {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    let outcome = try bench.run("doctor", bench.store, "--no-write")
    #expect(outcome.code == 1, "\(outcome)")
    #expect(outcome.output.contains("problem  files          open \(path): "), "\(outcome)")
    #expect(outcome.output.contains("→ ls -la \(bench.store)\n"))
    #expect(!outcome.output.contains("private, of one owner"), "\(outcome)")
  }

  @Test("What was set aside is told, and looked at by the command that is named")
  func quarantine() throws {
    try bench.remove("WATERMARK")
    let name = try #require(try bench.names(".journal").last)
    try bench.change(name) { $0.removeLast() }
    try JournalStateStorage.open(bench.store).close()
    let (code, checks) = try checks("--no-write")
    #expect(code == 0, "\(checks)")
    #expect(
      checks["left behind"]?["finding"] == "quarantine/ holds what recovery or repair set aside")
    let advice = try #require(checks["left behind"]?["advice"]?.string)
    let look = advice.components(separatedBy: ": ").last ?? ""
    #expect(try bench.shell(look).output.contains(".torn"), "\(advice)")
    #expect(advice.contains("then remove it") && !advice.contains("--undo"))
  }

  @Test(
    "Nobody is told to remove what a repair or a rewind can be undone by",
    arguments: [["repair", "-m", "drop-damaged"], ["rewind", "--to", "5"]])
  func undoable(words: [String]) throws {
    if words[0] == "repair" { try bench.change("WATERMARK") { $0[0] ^= 1 } }
    let made = try bench.run(
      [JournalToolBench.tool, words[0], bench.store] + words.dropFirst() + ["-y"])
    #expect(made.code == 0, "\(made)")
    let (_, checks) = try checks("--no-write")
    let advice = try #require(checks["left behind"]?["advice"]?.string)
    #expect(advice.contains("repair --undo takes, such as \(words[0])-"), "\(advice)")
    #expect(!advice.contains("remove"), "\(advice)")
    let look = advice.components(separatedBy: ": ").last ?? ""
    #expect(try bench.shell(look).output.contains("\(words[0])-"), "\(advice)")
  }

  @Test("A directory without a store is examined too, and none is 3")
  func places() throws {
    let tool = JournalToolBench.tool
    let empty = bench.directory + "/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
    let outcome = try bench.run([tool, "doctor", empty])
    #expect(outcome.output.contains("there is none yet"))
    #expect(outcome.output.contains("verdict: "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: empty).isEmpty)
    #expect(try bench.run([tool, "doctor", bench.directory + "/nothing"]).code == 3)
    #expect(try bench.run([tool, "doctor", tool]).code == 1)
  }

  @Test("A limit on the size of files is a problem")
  func fileSize() throws {
    let outcome = try bench.run([
      "/bin/bash", "-c", #"ulimit -f 1024; exec "$0" doctor "$1" --no-write"#,
      JournalToolBench.tool, bench.store,
    ])
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("ulimit -f unlimited"))
  }

  private static let table = """
    22 1 254:0 / / rw,relatime - ext4 /dev/root rw,discard,errors=remount-ro
    30 22 0:27 / /tmp rw,nosuid - tmpfs tmpfs rw
    31 22 0:28 / /srv/nfs ro,relatime shared:4 - nfs4 host:/export rw,vers=4.2
    32 22 0:29 / /with\\040blank rw - ext4 /dev/sdb rw,nobarrier,data=writeback
    33 22 0:30 / /srv/nfs rw - fuse.sshfs host:/ rw
    34 22 0:31 / / rw - overlay overlay rw
    """

  @Test(
    "The mount that counts is the longest and the last in its place",
    arguments: [
      ("/home/x", "overlay"), ("/tmp", "tmpfs"), ("/tmpx", "overlay"), ("/tmp/a", "tmpfs"),
      ("/srv/nfs/a", "fuse.sshfs"), ("/with blank/x", "ext4"),
    ])
  func mounts(path: String, type: String) {
    #expect(MountPoint.of(path, in: Self.table)?.type == type)
  }

  @Test("Network, memory and container file systems, and options that weaken syncs, are named")
  func verdicts() throws {
    func worst(_ line: Int) throws -> (PlaceCheck.Verdict, String) {
      let row = Self.table.split(separator: "\n")[line]
      let mount = try #require(
        MountPoint.of("/srv/nfs", in: row) ?? MountPoint.of("/tmp", in: row)
          ?? MountPoint.of("/with blank", in: row))
      let checks = mount.checks
      return (
        checks.map(\.verdict).max() ?? .fine, checks.map(\.finding).joined(separator: "; ")
      )
    }
    #expect(try worst(0).0 == .note)
    #expect(try worst(0).1.hasPrefix("ext4 at /; discard: commits may wait"))
    let plain = MountPoint.of("/x", in: "22 1 254:0 / / rw,relatime - ext4 /dev/root rw,barrier=1")
    #expect(plain?.checks.map(\.verdict) == [.fine, .fine])
    #expect(plain?.checks.map(\.finding) == ["ext4 at /", "rw,relatime,barrier=1"])
    #expect(try worst(1).0 == .problem)
    #expect(try worst(2) == (.problem, "nfs4 at /srv/nfs, over a network; read-only"))
    #expect(try worst(3).0 == .problem)
    #expect(try worst(3).1.contains("nobarrier"))
    #expect(try worst(4).0 == .warning)
    #expect(try worst(5).0 == .warning)
    #expect(MountPoint.of("/x", in: "nonsense\n1 2 3\n") == nil)
  }
}
