import FileIO
import StateJournal

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `journal-tool doctor DIR`
enum DoctorVerb {
  static let verb = Verb(
    name: "doctor", group: .help,
    summary: "examines the place of a store: disk, mount, syncs, room, limits, clock, access",
    details: """
      For a store, or for a directory that is to hold one. To see what a sync really costs, it
      writes, syncs and removes one small file of its own, .journal-tool-doctor-PID.tmp, for at most
      two seconds; --no-write leaves that out. Exits with 1 when there is a problem to solve.
      """,
    options: [Verb.Option("--no-write", help: "do not measure syncs; nothing is written then")],
    examples: [
      ("journal-tool doctor state", "is this a good place for state?"),
      ("journal-tool doctor /mnt/data/state --no-write --json", "a read-only look, for a monitor"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let path = invocation.directory
    let directory: any Directory
    let names: [String]
    do throws(IOFailure) {
      directory = try POSIXFileSystem().openDirectory(path, creating: false)
      names = try directory.list()
    } catch {
      if error.isMissing {
        throw ToolFailure(
          .notFound, "there is no directory \(path) that could be examined",
          next: "mkdir \(Shell.quoted(path))")
      }
      throw ToolFailure(
        .failed, "\(path) cannot be opened: \(error)", next: "ls -ld \(Shell.quoted(path))")
    }
    var status: JournalStatus?
    var checkups: [Checkup] = []
    do throws(JournalError) {
      status = try JournalInspector(path).status(isExact: false)
    } catch {
      if case .newerFormat = error.reason {
        throw ToolFailure(error, verb: "doctor", directory: path)
      }
      checkups.append(
        error.reason == .notAStore
          ? StoreCheck.none(beside: names, invocation)
          : .problem("store", error.description, invocation.command("verify")))
    }
    if let status { checkups += StoreCheck.run(status, directory: path, now: WallClock.now) }
    checkups += mount(path)
    if !invocation.arguments.has("--no-write") { checkups.append(sync(directory, path)) }
    let byteCount = status.map { $0.files.reduce(0) { $0 + ($1.byteCount ?? 0) } } ?? 0
    checkups += RoomCheck.space(path, storeByteCount: byteCount)
    checkups += RoomCheck.limits(fileCount: names.count)
    checkups += AccessCheck.directory(path)
    checkups += AccessCheck.files(names, in: path)
    return write(checkups, invocation)
  }

  private static func mount(_ path: String) -> [Checkup] {
    guard let resolved = unsafe realpath(path, nil) else { return [] }
    defer { unsafe free(resolved) }
    let real = unsafe String(cString: resolved)
    guard let table = MountPoint.table(), let mount = MountPoint.of(real, in: table) else {
      return [.note("file system", "cannot be told on this system")]
    }
    return mount.checkups
  }

  private static func sync(_ directory: any Directory, _ path: String) -> Checkup {
    do throws(IOFailure) {
      return try SyncProbe(directory).checkup
    } catch {
      return .problem(
        "sync", "a file of one's own cannot be written: \(error)",
        "ls -ld \(Shell.quoted(path)); df -h \(Shell.quoted(path))")
    }
  }

  private static func write(_ checkups: [Checkup], _ invocation: Invocation) -> ExitCode {
    let output = invocation.console.output
    let style = invocation.console.outputStyle
    let worst = checkups.map(\.verdict).max() ?? .fine
    let code: ExitCode = worst == .problem ? .failed : .success
    for checkup in checkups {
      if invocation.isJSON {
        var line = JSONLine("check", verb: "doctor")
        line.add("name", checkup.name)
        line.add("verdict", checkup.verdict.rawValue)
        line.add("finding", checkup.finding)
        line.add("advice", checkup.advice)
        output.write(line.line)
        continue
      }
      let verdict = checkup.verdict.rawValue
      let padded = verdict + String(repeating: " ", count: 9 - verdict.count)
      let shown =
        switch checkup.verdict {
        case .fine: style.green(padded)
        case .note: style.dim(padded)
        case .warning: style.yellow(padded)
        case .problem: style.red(padded)
        }
      let label =
        checkup.name + String(repeating: " ", count: max(1, 15 - checkup.name.count))
      output.write(shown + label + Printable.text(checkup.finding) + "\n")
      if let advice = checkup.advice {
        output.write(String(repeating: " ", count: 24) + "→ " + Printable.text(advice) + "\n")
      }
    }
    if invocation.isJSON {
      var line = Summary.start("doctor", code)
      line.add("verdict", worst.rawValue)
      line.add("checks", checkups.count)
      output.write(line.line)
    } else {
      output.write("\n\(verdictText(worst))\n")
    }
    return code
  }

  private static func verdictText(_ worst: Checkup.Verdict) -> String {
    switch worst {
    case .fine, .note: "verdict: a good place for state"
    case .warning: "verdict: it works, and there is something to look at"
    case .problem: "verdict: there is a problem to solve before state is safe here"
    }
  }
}
