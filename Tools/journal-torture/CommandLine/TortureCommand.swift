import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the command line asks for.
package enum TortureCommand {
  case help
  case workload(Workload)
  case check(directory: String)
  case kill(KillRun)

  package static let helpText = """
    journal-torture: runs a known workload on a state journal, kills it, and checks what is left.

    usage: journal-torture workload DIR --seed S --updates N [--start I] [LOAD]
           journal-torture check DIR
           journal-torture kill DIR --seconds T --seed S [LOAD]

      workload   runs N seeded updates on the store in DIR behind those it holds, and prints
                 "ACK i" when update i is durable
      check      recovers the store in DIR and prints each key as a line of JSON
      kill       runs workloads on DIR for T seconds, kills each at a random moment, and checks that
                 the store then holds the first p updates exactly, and all that were acknowledged

    LOAD:
      --small                        limits so small that segments rotate and are compacted all the time
      --deletes                      one update in six removes its key
      --durability synced|buffered   what an acknowledgement means (synced)
      --writers T                    threads that share the updates (1)

    exit codes: 0 all is well, 1 failed or a violation was found, 2 usage, 5 corrupt

    """

  /// Runs the command and returns its exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do throws(TortureFailure) {
      switch try parse(arguments) {
      case .help: try print(helpText)
      case .workload(let workload): try workload.run()
      case .check(let directory): try Check.run(directory)
      case .kill(let run):
        let report = try run.run()
        try print(report.text)
        return report.violations.isEmpty ? 0 : TortureFailure.Kind.failed.rawValue
      }
      return 0
    } catch {
      note(error.message)
      if error.kind == .usage { note("see journal-torture --help") }
      return error.kind.rawValue
    }
  }

  private static func print(_ text: String) throws(TortureFailure) {
    do {
      try StandardStream.output.write(text)
    } catch {
      throw TortureFailure(error)
    }
  }

  /// A line for people.
  static func note(_ message: String) { StandardStream.note(message, by: "journal-torture") }

  /// Ends the process. Nothing is buffered, and threads that still run have nothing left to say.
  static func end(_ code: Int32) -> Never { exit(code) }
}
