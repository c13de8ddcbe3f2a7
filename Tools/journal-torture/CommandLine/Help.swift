/// The texts that tell how to use the tool. Each fits on a screen.
package enum Help {
  /// One command: what it is called, how it is used, and how its arguments are understood.
  struct Verb: Sendable {
    var name: String
    var text: String
    var parse: @Sendable ([String]) throws(TortureFailure) -> TortureCommand
  }

  package static let overview = """
    journal-torture: kills, stops and starves what writes a journal, and checks what is left.

    usage: journal-torture COMMAND … ; journal-torture help COMMAND says more

    Crash tests:
      kill DIR --seconds T --seed S   kills writers, readers and compactions at random moments
      stop DIR --seconds T --seed S   stops and wakes writers and compactions; SIGTERM in commits
      fill DIR --seconds T --seed S   fills and frees a small disk under a writer
      run -- COMMAND …                kills your own job until it is done, and runs your check

    What they run, for tests of your own:
      workload DIR --seed S --updates N   makes numbered updates, and prints "ACK i" for each
      check DIR                           recovers the store and prints what it holds
      read DIR                            the same beside a writer, writing nothing
      compact DIR                         compacts the store, beside a writer or alone

    A test ends with its first violation, prints the seed, and leaves everything as it was found.
    Ctrl-C ends it with the summary so far. No process outlives the tool.

    exit codes: 0 all is well, 1 failed or a violation was found, 2 usage, 5 corrupt, 7 locked,
    10 disk full, 130 interrupted

    """

  private static let load = """
    LOAD:
      --small                        limits so small that segments rotate and are compacted all
                                     the time
      --deletes                      one update in six removes its key
      --durability synced|buffered   what an acknowledgement means (synced)
      --writers T                    threads that share the updates (1)
    """

  static let verbs = [
    Verb(name: "kill", text: kill) { (words) throws(TortureFailure) in
      try TortureCommand.parseKill(words)
    },
    Verb(name: "stop", text: stop) { (words) throws(TortureFailure) in
      try TortureCommand.parseStop(words)
    },
    Verb(name: "fill", text: fill) { (words) throws(TortureFailure) in
      try TortureCommand.parseFill(words)
    },
    Verb(name: "run", text: run) { (words) throws(TortureFailure) in
      try TortureCommand.parseRun(words)
    },
    Verb(name: "workload", text: workload) { (words) throws(TortureFailure) in
      try TortureCommand.parseWorkload(words)
    },
    Verb(name: "check", text: check) { (words) throws(TortureFailure) in
      .check(directory: try TortureCommand.parseDirectory(words))
    },
    Verb(name: "read", text: read) { (words) throws(TortureFailure) in
      .read(directory: try TortureCommand.parseDirectory(words))
    },
    Verb(name: "compact", text: compact) { (words) throws(TortureFailure) in
      .compact(directory: try TortureCommand.parseDirectory(words))
    },
  ]

  private static let kill = """
    usage: journal-torture kill DIR --seconds T --seed S [--readers N] [--no-compactor] [LOAD]

    Runs workloads on the store in DIR for T seconds and kills each with SIGKILL at a random
    moment: while it opens, recovers, works, rotates, compacts or closes. After each kill the
    store must hold exactly the first p updates, for one p not below the last acknowledgement,
    and a second check the same. Beside the writer, readers must never find damage nor a state
    older than what was acknowledged before they started; they and compactions are killed too.

      --readers N      processes that read all the time (1)
      --no-compactor   no compaction by other processes beside the writer

    \(load)

    examples:
      journal-torture kill /tmp/store --seconds 60 --seed 1
      journal-torture kill /tmp/store --seconds 1800 --seed 7 --small --deletes --writers 4

    """

  private static let stop = """
    usage: journal-torture stop DIR --seconds T --seed S [--readers N] [LOAD]

    Stops processes where they stand (SIGSTOP) and lets others go on. A writer stands still while
    other processes compact and read; a compaction stands still, with its lock, while the writer
    goes on, or while that one dies and another takes over. Nobody may hang, find damage or lose
    anything, and who is woken (SIGCONT) must go on. SIGTERM in commits ends workloads at once or
    in order. Then checks as kill does.

      --readers N   processes that read all the time (1)

    \(load)

    examples:
      journal-torture stop /tmp/store --seconds 60 --seed 1 --small
      journal-torture stop /tmp/store --seconds 600 --seed 2 --durability buffered

    """

  private static let fill = """
    usage: journal-torture fill DIR --seconds T --seed S [--bytes N] [--on ext4|tmpfs]
                                [--no-compactor] [LOAD]

    Puts a small file system over the empty directory DIR, seen by the test alone and gone with
    it, and fills and frees it under a writer. The writer must be refused with the error for a
    full disk, go on with the same handle once there is room, and acknowledge nothing falsely; a
    kill on the full disk must lose nothing. A store with a violation is saved in DIR/found.

      --bytes N          the size of the file system (96 MiB, with --small 16 MiB)
      --on ext4|tmpfs    an image on a loop device (needs root), or memory; by default the first
                         that works

    \(load)

    examples:
      journal-torture fill /tmp/empty --seconds 60 --seed 1
      journal-torture fill /tmp/empty --seconds 60 --seed 1 --small --on tmpfs

    """

  private static let run = """
    usage: journal-torture run [--journal DIR] [--check CMD] [--kills N] [--seconds T] [--seed S]
                               [--show] -- COMMAND ARGUMENTS…

    Runs your job, kills its process group with SIGKILL at a random moment, and runs it again,
    until it exits with 0. Lives get longer, so that every job comes to its end. Fails when the
    job fails by itself, its journal is damaged (as journal-tool verify says) after any life, or
    your check fails in the end.

      --journal DIR   the directory of the job's journal
      --check CMD     what sh -c is to run at the end: 0 says that the outcome is right
      --kills N       kill N times at most (100), then let the job live
      --seconds T     kill for T seconds at most
      --seed S        of the moments (by default the time)
      --show          show the job's output; without, only the end of it when the job fails

    example: a job that must load each row exactly once, whatever happens
      journal-torture run --journal out/.state --check 'test $(cat out/*.ndjson | wc -l) = 1000' \\
        -- ingest --from csv --to out

    """

  private static let workload = """
    usage: journal-torture workload DIR --seed S --updates N [--start I] [--orderly] [--patient]
                                    [LOAD]

    Makes N updates on the store in DIR, behind those that it holds or from number I on. Prints
    "ACK i" in one write when update i is durable, in order. Exits with 0 only when all are.

      --orderly   SIGTERM ends it in order: what was begun is acknowledged, the store closed (143)
      --patient   waits for room when the disk is full, printing "FULL i" for each try of update i
                  that was refused, and goes on with the same handle

    \(load)

    example:
      journal-torture workload /tmp/store --seed 1 --updates 1000 --small

    """

  private static let check = """
    usage: journal-torture check DIR

    Opens the store in DIR for writing, recovering it, and prints each key of a workload once, as
    {"key":"k7","value":"12:9f…"} on a line. Standard output is complete before it exits with 0.

    example:
      journal-torture check /tmp/store

    """

  private static let read = """
    usage: journal-torture read DIR

    Prints what check prints, and verifies every byte and every commit of the log, without a lock
    and without writing anything, beside a writer or alone. A torn tail is no damage.

    example:
      journal-torture read /tmp/store

    """

  private static let compact = """
    usage: journal-torture compact DIR

    Compacts the store in DIR as journal-tool compact -y does: beside the running writer, or as the
    writer where there is none. Exits with 7 when another compaction is running.

    example:
      journal-torture compact /tmp/store

    """
}
